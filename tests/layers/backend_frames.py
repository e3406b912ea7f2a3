"""Noise, masks and frames on the backend that KERAS_BACKEND names; as a script:

python tests/layers/backend_frames.py FILE.npz
"""

import sys

import numpy as np
from keras import ops

from keras_w2v2 import Wav2Vec2Backbone
from keras_w2v2.layers.noise import fold_in, uniform
from keras_w2v2.layers.span_mask import span_mask


def computed():
    """Returns dict of arrays."""
    seed = ops.array([5, 2], "int64")
    model = Wav2Vec2Backbone(
        conv_filters=(6, 6),
        conv_kernels=(10, 8),
        conv_strides=(5, 4),
        hidden_dim=8,
        num_layers=1,
        num_heads=2,
        intermediate_dim=16,
        position_kernel=4,
        position_groups=2,
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
    return {name: ops.convert_to_numpy(x) for name, x in found.items()}


if __name__ == "__main__":
    np.savez(sys.argv[1], **computed())
