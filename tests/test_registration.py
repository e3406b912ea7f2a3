"""A saved model is found by a process that only imported the project."""

import subprocess
import sys

import pytest

from keras_w2v2 import Wav2Vec2ForPreTraining

SMALL = {
    "conv_filters": (8,) * 7,
    "hidden_dim": 16,
    "num_layers": 1,
    "num_heads": 2,
    "intermediate_dim": 32,
    "position_kernel": 8,
    "position_groups": 2,
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny", **SMALL).save(path)
    return path


@pytest.mark.parametrize(
    "imports",
    [
        "import keras, keras_w2v2",
        "from keras_w2v2.data import audio; import keras",  # which loads nothing of Keras itself
    ],
)
def test_importing_the_project_is_enough_to_load_a_saved_model(imports, saved):
    code = f"{imports}; print(type(keras.models.load_model({str(saved)!r})).__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "Wav2Vec2ForPreTraining", done.stderr[-500:]


def test_every_part_can_be_the_first_that_is_imported():
    code = """
import importlib, sys
for part in ("text.normalizer", "layers.dropout", "objectives.ctc", "models.ctc", "metrics"):
    importlib.import_module(f"keras_w2v2.{part}")
    from keras_w2v2 import Wav2Vec2ForCTC
    for name in [name for name in sys.modules if name.split(".")[0] == "keras_w2v2"]:
        del sys.modules[name]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]


def test_the_command_line_starts_without_keras():
    code = "import sys, keras_w2v2.cli; print('keras' in sys.modules, 'tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"], done.stderr[-500:]
