"""What every test finds: libraries that keep to themselves, and an order that ends together."""

import gc
import os
import sys
from importlib.metadata import version

import hypothesis

# JAX, where it is installed, sets 1 as it is imported, and every process that a test starts later
# would tell of the GPU that is not there.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# What XLA compiles here runs for milliseconds: most of compiling it went into making it fast.
XLA_FLAGS = "--xla_backend_optimization_level=0"
if version("tensorflow").startswith("2.21."):  # an XLA that does not know a flag ends the process
    XLA_FLAGS += " --xla_cpu_use_fusion_emitters=false"
os.environ.setdefault("XLA_FLAGS", XLA_FLAGS)

# How long an example takes is no claim of these tests, and a busy machine's share of it is chance.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")

# Graphs make objects by the hundred thousand, and most of them stay: looking for garbage after
# every 700 took a fifteenth of the time of the tests.
gc.set_threshold(50_000, 20, 20)

# Files of half a minute and more. Processes that share the tests take them first: as the last
# ones they would leave the other processes idle.
LONG_FILES = {
    "test_averaged_weights.py",
    "test_demo.py",
    "test_finetune.py",
    "test_interruption.py",
    "test_jax_backend.py",
    "test_kill.py",
    "test_onnx.py",
    "test_pretrain.py",
    "test_readme.py",
    "test_recipe_runs.py",
    "test_registration.py",
    "test_replicas.py",
    "test_savedmodel.py",
    "test_snapshots.py",
    "test_steps.py",
    "test_strategies.py",
    "test_tflite.py",
}


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONG_FILES)


def pytest_collection_finish():
    if "tensorflow" in sys.modules:
        # A graph here runs once or twice, and optimizing it takes longer than running it. The
        # processes that tests start, and the demo, optimize theirs.
        options = {"disable_meta_optimizer": True}
        sys.modules["tensorflow"].config.optimizer.set_experimental_options(options)
    # TensorFlow's modules stay: its converter, which looks for garbage in everything each time,
    # need not look at them.
    gc.collect()
    gc.freeze()
