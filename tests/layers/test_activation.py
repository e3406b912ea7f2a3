"""The exact GELU."""

import math

import numpy as np
import tensorflow as tf

from keras_w2v2.layers.activation import gelu


def test_gelu_is_x_times_the_normal_distribution_function():
    x = np.linspace(-6, 6, 241).astype("float32")
    wanted = [v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x.astype("float64")]
    np.testing.assert_allclose(gelu(x), wanted, atol=1e-6)


def test_gelu_is_not_the_tanh_approximation():
    # At 2 the two differ by 1.9e-4: 2 * Phi(2) = 1.954500.
    assert abs(float(gelu(np.float32(2.0))) - 1.954500) < 1e-6


def test_the_gradient_is_that_of_the_products_and_keeps_the_argument_alone():
    x = tf.constant(np.linspace(-6, 6, 241).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = gelu(x)
    normal = [0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x.numpy().astype("float64")]
    density = np.exp(-(x.numpy().astype("float64") ** 2) / 2) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(tape.gradient(y, x), normal + x.numpy() * density, atol=1e-6)

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = gelu(x)
        return tape.gradient(y, x)

    operations = tf.function(slope).get_concrete_function(x).graph.get_operations()
    kept = {
        tensor.name
        for operation in operations
        if "gradient_tape" in operation.name
        for tensor in operation.inputs
        if "gradient_tape" not in tensor.op.name and tensor.shape == x.shape
    }
    assert len(kept) <= 2, kept  # the argument, and the gradient that comes from above
