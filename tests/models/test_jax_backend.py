"""Keras' own train step on JAX, through compute_loss, makes the updates of TensorFlow."""

import importlib.util
import os
import subprocess
import sys

import backend_steps
import numpy as np
import pytest


@pytest.fixture(scope="module")
def updates(tmp_path_factory):
    """What TensorFlow and, in a process of its own, JAX give after ten updates."""
    if importlib.util.find_spec("jax") is None:
        pytest.skip("another backend needs jax, of the extra [jax]")
    path = tmp_path_factory.mktemp("jax") / "updates.npz"
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    subprocess.run([sys.executable, backend_steps.__file__, path], env=environment, check=True)
    return backend_steps.of_all_tasks(), np.load(path)


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
