"""Initial weights: deviations of correctness notes 4 and 7 (PyTorch's, not Keras')."""

import math

import numpy as np
import pytest

from keras_w2v2.layers.feature_encoder import FeatureConvolution
from keras_w2v2.layers.first_convolution import GroupNormConvolution
from keras_w2v2.layers.initializers import kaiming_normal, prior_bias, transformer_normal
from keras_w2v2.layers.position import PositionalConvolution
from keras_w2v2.layers.quantizer import GumbelProductQuantizer
from keras_w2v2.layers.transformer import TransformerBlock


def _is_normal(weight, deviation):
    values = np.asarray(weight).ravel() / deviation
    error = 4 / math.sqrt(2 * values.size)  # four standard errors of a deviation
    assert abs(values.std() - 1) < error
    assert abs(values.mean()) < 4 / math.sqrt(values.size)
    # 4.55 % of an untruncated normal lie beyond two deviations.
    assert abs((np.abs(values) > 2).mean() - 0.0455) < 4 * math.sqrt(0.0455 / values.size)


def test_normals_are_not_truncated():
    _is_normal(kaiming_normal(fan_in=24)((200, 100), "float32"), math.sqrt(2 / 24))
    _is_normal(transformer_normal()((200, 100), "float32"), 0.02)


def test_convolutions_are_kaiming_normal():
    first = GroupNormConvolution(2000, 10, 5)
    first.build()
    _is_normal(first.kernel, math.sqrt(2 / 10))
    later = FeatureConvolution(100, 3, 2)
    later.build((None, None, 64))
    _is_normal(later.kernel, math.sqrt(2 / (3 * 64)))


def test_the_positional_convolution_is_normal_by_its_kernel_and_width():
    layer = PositionalConvolution(kernel_size=16, groups=2)
    layer.build((None, None, 64))
    _is_normal(layer.direction, math.sqrt(4 / (16 * 64)))
    assert not np.asarray(layer.bias).any()


def test_the_quantizer_is_normal_and_its_codebook_uniform():
    layer = GumbelProductQuantizer(2, 100, 128)
    layer.build((None, None, 100))
    _is_normal(layer.projection.kernel, 1.0)
    codebook = np.asarray(layer.codebook)
    assert codebook.min() >= 0 and codebook.max() <= 1
    assert codebook.mean() == pytest.approx(1 / 2, abs=0.01)
    assert codebook.var() == pytest.approx(1 / 12, abs=0.003)


def test_the_transformer_is_normal_with_zero_bias():
    block = TransformerBlock(2, 128)
    block.build((None, None, 64))
    attention = block.attention
    for dense in (attention.query, attention.key, attention.value, attention.output_projection):
        _is_normal(dense.kernel, 0.02)
        assert not np.asarray(dense.bias).any()
    _is_normal(block.inner.kernel, 0.02)
    _is_normal(block.outer.kernel, 0.02)


def test_a_prior_bias_gives_one_class_its_probability_and_the_others_the_rest():
    exp = np.exp(np.asarray(prior_bias(2, 5, 0.9)((5,), "float32"), np.float64))
    np.testing.assert_allclose(exp / exp.sum(), [0.025, 0.025, 0.9, 0.025, 0.025], rtol=1e-6)
