import functools

import numpy as np
import pytest

SIZES = {
    "conv_filters": (12, 12, 8),
    "conv_kernels": (10, 3, 2),
    "conv_strides": (5, 2, 2),
    "hidden_dim": 16,
    "num_layers": 2,
    "num_heads": 2,
    "intermediate_dim": 24,
    "position_kernel": 6,
    "position_groups": 4,
}
LARGE = {"feature_norm": "layer", "norm_first": True, "conv_bias": True}


def _recognizer(layout="base", **changes):
    """A tiny recogniser whose logits differ enough from frame to frame to spell something."""
    import keras

    from keras_w2v2 import Vocabulary, Wav2Vec2Backbone, Wav2Vec2ForCTC

    keras.utils.set_random_seed(5)
    fields = SIZES | (LARGE if layout == "large" else {}) | changes
    vocabulary = Vocabulary(["<pad>", "<s>", "|", "A", "B", "Ü", "中"], blank="<pad>")
    model = Wav2Vec2ForCTC(Wav2Vec2Backbone(**fields), vocabulary=vocabulary)
    model.head.kernel.assign(model.head.kernel * 100)
    return model


@functools.cache
def _of_layout(layout):
    """LARGE normalizes its clips."""
    return _recognizer(layout, normalize_waveform=layout == "large")


@pytest.fixture(scope="session", params=["base", "large"])
def model(request):
    """A tiny recogniser of each layout, the same object for all tests."""
    return _of_layout(request.param)


@pytest.fixture(scope="session")
def base():
    return _of_layout("base")


@pytest.fixture(scope="session")
def large():
    return _of_layout("large")


@pytest.fixture(scope="session")
def recognizer():
    """Function (layout, **backbone fields) -> tiny recogniser, always with the same weights."""
    return _recognizer


@pytest.fixture(scope="session")
def tiny_backbone():
    """Function (**fields) -> tiny backbone."""
    from keras_w2v2 import Wav2Vec2Backbone

    return lambda **fields: Wav2Vec2Backbone(**SIZES, **fields)


@pytest.fixture(scope="session")
def clips():
    """Two clips of different length (float32 [samples])."""
    generator = np.random.default_rng(1)
    return [generator.normal(0, 0.1, n).astype("float32") for n in (1900, 1201)]
