"""Gradients written by hand, and graphs that go without."""

import numpy as np
import tensorflow as tf

from keras_w2v2.layers.backward_pass import left_out, own_gradient


@own_gradient
def doubled(x):
    """Twice `x`, with a gradient that is not its own: 5 in place of 2."""
    return 2.0 * x, lambda upstream: 5.0 * upstream


def _value_and_gradient():
    x = tf.constant([1.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = doubled(x)
    return y.numpy(), tape.gradient(y, x).numpy()


def test_a_function_has_the_gradient_that_was_written_for_it():
    value, gradient = _value_and_gradient()
    np.testing.assert_array_equal(value, [2.0, 6.0])
    np.testing.assert_array_equal(gradient, [5.0, 5.0])


def test_where_it_is_left_out_the_value_is_the_same_and_the_gradient_that_of_each_operation():
    with left_out():
        value, gradient = _value_and_gradient()
        with left_out():
            pass
        assert _value_and_gradient()[1][0] == 2.0  # the inner context ended, the outer has not
    np.testing.assert_array_equal(value, [2.0, 6.0])
    np.testing.assert_array_equal(gradient, [2.0, 2.0])
    assert _value_and_gradient()[1][0] == 5.0
