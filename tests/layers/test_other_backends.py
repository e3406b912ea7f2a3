"""Layers and backbone compute the same on another Keras backend."""

import os
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import sys
import numpy as np
from keras import ops
from keras_w2v2 import Wav2Vec2Backbone
from keras_w2v2.layers.noise import fold_in, uniform
from keras_w2v2.layers.span_mask import span_mask

seed = ops.array([5, 2], "int64")
model = Wav2Vec2Backbone(
    conv_filters=(6, 6), conv_kernels=(10, 8), conv_strides=(5, 4), hidden_dim=8, num_layers=1,
    num_heads=2, intermediate_dim=16, position_kernel=4, position_groups=2,
)
generator = np.random.default_rng(0)
model.set_weights([generator.normal(0, 0.3, w.shape) for w in model.get_weights()])
waveform = generator.normal(0, 0.1, (2, 600)).astype("float32")
waveform[1, 400:] = 0
inputs = {"waveform": ops.array(waveform), "length": ops.array([600, 400])}
found = {
    "noise": uniform((50,), fold_in(seed, 3), ops.array([0, 4])),
    "mask": span_mask(ops.array([40, 21]), 40, seed, span=4),
    "hidden": model(inputs)["hidden"],
}
np.savez(sys.argv[1], **{name: ops.convert_to_numpy(x) for name, x in found.items()})
"""


def test_torch_computes_the_same_noise_masks_and_frames(tmp_path):
    pytest.importorskip("torch", reason="another backend needs torch, of the extra [peers]")
    found = {}
    for backend in ("tensorflow", "torch"):
        path = tmp_path / f"{backend}.npz"
        environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        subprocess.run([sys.executable, "-c", SCRIPT, path], env=environment, check=True)
        found[backend] = np.load(path)
    one, other = found["tensorflow"], found["torch"]
    np.testing.assert_array_equal(other["noise"], one["noise"])
    np.testing.assert_array_equal(other["mask"], one["mask"])
    np.testing.assert_allclose(other["hidden"], one["hidden"], rtol=1e-4, atol=1e-5)
