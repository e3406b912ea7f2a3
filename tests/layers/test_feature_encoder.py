"""The convolutional feature encoder."""

import numpy as np
import pytest
from harness import check_layer, relative_error

from keras_w2v2.layers.feature_encoder import FeatureConvolution, FeatureEncoder
from keras_w2v2.layers.first_convolution import GroupNormConvolution

LENGTH = np.array([300, 211], "int32")


def _waveform():
    waveform = np.random.default_rng(0).normal(0, 0.1, (2, 300))
    return (waveform * (np.arange(300) < LENGTH[:, None])).astype("float32")


def _encoder(norm, **kwargs):
    return FeatureEncoder((4, 6), (10, 3), (5, 2), norm == "layer", norm, name="encoder", **kwargs)


@pytest.mark.parametrize("norm", ["group", "layer"])
def test_the_encoder_keeps_the_promises_of_a_layer(norm, tmp_path):
    check_layer(lambda **kw: _encoder(norm, **kw), [_waveform(), LENGTH], tmp_path)


@pytest.mark.parametrize("norm", ["group", "layer"])
def test_the_output_has_as_many_frames_as_the_arithmetic_says(norm):
    encoder = _encoder(norm)
    for samples in (20, 24, 25, 300):
        shape = encoder(np.ones((1, samples), "float32"), np.array([samples])).shape
        assert tuple(shape) == (1, encoder.frames.frames(samples), 6)
        assert encoder.compute_output_shape((1, samples)) == tuple(shape)


def test_base_normalises_the_first_convolution_over_time_and_leaves_the_rest_bare():
    first, second = _encoder("group").blocks
    assert isinstance(first, GroupNormConvolution) and first.bias is None if first.built else True
    assert second.norm is None and not second.use_bias


def test_large_normalises_every_convolution_over_channels_with_epsilon_1e_5():
    for block in _encoder("layer").blocks:
        assert isinstance(block, FeatureConvolution)
        assert block.use_bias and block.norm.epsilon == 1e-5


def test_a_convolution_is_convolution_then_norm_then_gelu():
    from scipy.special import erf

    x = np.random.default_rng(0).normal(size=(1, 9, 4)).astype("float32")
    layer = FeatureConvolution(6, 3, 2, use_bias=True, layer_norm=True)
    layer.build(x.shape)
    layer.bias.assign(np.arange(6) / 10)
    kernel = np.asarray(layer.kernel, "float64")
    windows = np.stack([x[:, s : s + 3] for s in range(0, 7, 2)], 1).astype("float64")
    y = np.einsum("btkc,kcf->btf", windows, kernel) + np.arange(6) / 10
    y = (y - y.mean(-1, keepdims=True)) / np.sqrt(y.var(-1, keepdims=True) + 1e-5)
    assert relative_error(layer(x), 0.5 * y * (1 + erf(y / np.sqrt(2)))) < 1e-5
