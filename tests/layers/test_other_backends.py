"""Layers and backbone compute the same on another Keras backend."""

import os
import subprocess
import sys

import backend_frames
import numpy as np
import pytest


def test_torch_computes_the_same_noise_masks_and_frames(tmp_path):
    pytest.importorskip("torch", reason="another backend needs torch, of the extra [peers]")
    environment = os.environ | {"KERAS_BACKEND": "torch"}
    command = [sys.executable, backend_frames.__file__, tmp_path / "torch.npz"]
    subprocess.run(command, env=environment, check=True)
    one, other = backend_frames.computed(), np.load(tmp_path / "torch.npz")
    np.testing.assert_array_equal(other["noise"], one["noise"])
    np.testing.assert_array_equal(other["mask"], one["mask"])
    np.testing.assert_allclose(other["hidden"], one["hidden"], rtol=1e-4, atol=1e-5)
