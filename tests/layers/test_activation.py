"""The exact GELU."""

import math

import numpy as np

from keras_w2v2.layers.activation import gelu


def test_gelu_is_x_times_the_normal_distribution_function():
    x = np.linspace(-6, 6, 241).astype("float32")
    wanted = [v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x.astype("float64")]
    np.testing.assert_allclose(gelu(x), wanted, atol=1e-6)


def test_gelu_is_not_the_tanh_approximation():
    # At 2 the two differ by 1.9e-4: 2 * Phi(2) = 1.954500.
    assert abs(float(gelu(np.float32(2.0))) - 1.954500) < 1e-6
