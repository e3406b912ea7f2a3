"""Scaled gradients."""

import numpy as np
import pytest
import tensorflow as tf

from keras_w2v2.layers.gradient_scale import scale_gradient


@pytest.mark.parametrize("scale", [0.0, 0.03, 0.1, 0.5, 1.0])
def test_values_are_unchanged_and_the_gradient_is_multiplied(scale):
    x = tf.constant(np.random.default_rng(0).normal(0, 100, 1000), "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = scale_gradient(x, scale)
        loss = tf.reduce_sum(tf.square(y))
    np.testing.assert_array_equal(y, x)
    gradient = tape.gradient(loss, x, unconnected_gradients="zero")
    np.testing.assert_allclose(gradient, scale * 2 * x.numpy(), rtol=1e-6)


def test_values_are_unchanged_when_compiled():
    x = np.random.default_rng(0).normal(0, 100, 1000).astype("float32")
    found = tf.function(lambda x: scale_gradient(x, 0.1), jit_compile=True)(x)
    np.testing.assert_array_equal(found, x)
