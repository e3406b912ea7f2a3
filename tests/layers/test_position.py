"""The convolutional position embedding."""

import math

import numpy as np
import pytest
from harness import check_layer, relative_error

from keras_w2v2.layers.position import PositionalConvolution


def _naive(x, kernel, groups, bias):
    """Grouped convolution by its definition: pad k // 2 on both sides, drop the last if even."""
    taps, inside, channels = kernel.shape
    batch, frames, _ = x.shape
    padded = np.pad(x, [(0, 0), (taps // 2, taps // 2), (0, 0)])
    found = np.zeros((batch, frames + 2 * (taps // 2) - taps + 1, channels))
    for t in range(found.shape[1]):
        for channel in range(channels):
            first = channel // (channels // groups) * inside
            window = padded[:, t : t + taps, first : first + inside]
            found[:, t, channel] = np.sum(window * kernel[:, :, channel], axis=(1, 2))
    if taps % 2 == 0:
        found = found[:, :-1]
    y = found + bias
    return 0.5 * y * (1 + np.vectorize(math.erf)(y / math.sqrt(2)))


def _layer(taps, groups, **kwargs):
    return PositionalConvolution(taps, groups, name="position", **kwargs)


@pytest.mark.parametrize(("taps", "groups"), [(4, 2), (5, 2), (8, 4), (1, 1), (3, 1)])
def test_every_frame_is_that_of_a_naive_grouped_convolution(taps, groups):
    generator = np.random.default_rng(taps)
    x = generator.normal(size=(2, 11, 8)).astype("float32")
    layer = _layer(taps, groups)
    layer.build(x.shape)
    layer.gain.assign(generator.uniform(0.5, 2, (taps, 1, 1)))
    layer.bias.assign(generator.normal(size=8))
    direction, gain = np.asarray(layer.direction, "float64"), np.asarray(layer.gain, "float64")
    # Weight norm: one gain a tap, over the norm of that tap's weights.
    kernel = gain * direction / np.sqrt((direction**2).sum(axis=(1, 2), keepdims=True))
    wanted = _naive(x.astype("float64"), kernel, groups, np.asarray(layer.bias, "float64"))
    assert wanted.shape == x.shape
    assert relative_error(layer(x), wanted) < 1e-5


def test_weight_norm_starts_as_the_identity():
    layer = _layer(16, 4)
    layer.build((None, None, 32))
    np.testing.assert_allclose(layer.kernel(), layer.direction, rtol=1e-5)


def test_the_kernel_depends_on_the_direction_of_its_weights_alone():
    layer = _layer(4, 2)
    layer.build((None, None, 8))
    before = np.asarray(layer.kernel())
    layer.direction.assign(layer.direction * 3.0)
    np.testing.assert_allclose(layer.kernel(), before, rtol=1e-5)


@pytest.mark.parametrize("taps", [4, 5])
def test_the_positional_convolution_keeps_the_promises_of_a_layer(taps, tmp_path):
    x = np.random.default_rng(0).normal(size=(2, 9, 8)).astype("float32")
    check_layer(lambda **kw: _layer(taps, 2, **kw), [x], tmp_path)
