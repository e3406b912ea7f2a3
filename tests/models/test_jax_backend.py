"""Keras' own train step on JAX, through compute_loss, makes the updates of TensorFlow."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parent / "backend_steps.py"
ROOT = SCRIPT.parents[2]


@pytest.fixture(scope="module")
def updates(tmp_path_factory):
    """What each backend gives after ten updates, in a process of its own."""
    if importlib.util.find_spec("jax") is None:
        pytest.skip("another backend needs jax, of the extra [jax]")
    found = {}
    for backend in ("tensorflow", "jax"):
        path = tmp_path_factory.mktemp(backend) / "updates.npz"
        environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment |= {"PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
        subprocess.run([sys.executable, SCRIPT, path], env=environment, check=True)
        found[backend] = np.load(path)
    return found["tensorflow"], found["jax"]


@pytest.mark.parametrize("task", ["pretraining", "continuous targets", "ctc"])
def test_ten_updates_on_jax_are_those_on_tensorflow(task, updates):
    wanted, found = updates
    names = [name for name in found if name.startswith(f"{task} ")]
    # Its train step never shows the gradients to the loss.
    own = [] if task == "ctc" else [f"{task} gradient_norm"]
    assert sorted(names + own) == sorted(n for n in wanted if n.startswith(f"{task} "))
    for name in names:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-4, atol=1e-4, err_msg=name)


def test_the_updates_learn_and_the_temperature_falls(updates):
    for found in updates:
        for task in ("pretraining", "continuous targets", "ctc"):
            assert found[f"{task} loss"][-1] < found[f"{task} loss"][0]
        wanted = 2 * 0.9 ** np.arange(10)
        np.testing.assert_allclose(found["pretraining temperature"], wanted, rtol=1e-5)
