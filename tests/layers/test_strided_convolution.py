"""The convolution with a gradient of its own."""

import numpy as np
import pytest
import tensorflow as tf
from harness import relative_error
from keras import ops

from keras_w2v2.layers.strided_convolution import strided_convolution

# Kernel wider than, equal to and narrower than the stride; frames that no window reaches.
SHAPES = [
    (3, 2, 9),
    (3, 2, 10),
    (2, 2, 8),
    (2, 2, 9),
    (10, 5, 44),
    (7, 3, 30),
    (1, 3, 12),
    (3, 1, 8),
]


def _gradients(convolve, x, kernel, stride):
    x, kernel = tf.constant(x), tf.constant(kernel)
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        y = convolve(x, kernel, stride)
        weights = tf.reshape(tf.range(tf.size(y), dtype="float32"), y.shape) / 10.0
        loss = tf.reduce_sum(weights * y)
    return y, *tape.gradient(loss, [x, kernel])


def _plain(x, kernel, stride):
    return ops.conv(x, kernel, strides=stride, padding="valid")


def _arrays(kernel_size, frames):
    generator = np.random.default_rng(frames)
    x = generator.normal(size=(2, frames, 4)).astype("float32")
    return x, generator.normal(size=(kernel_size, 4, 6)).astype("float32")


@pytest.mark.parametrize(("kernel_size", "stride", "frames"), SHAPES)
def test_values_and_gradients_are_those_of_the_plain_convolution(kernel_size, stride, frames):
    x, kernel = _arrays(kernel_size, frames)
    found = _gradients(strided_convolution, x, kernel, stride)
    wanted = _gradients(_plain, x, kernel, stride)
    np.testing.assert_array_equal(found[0], wanted[0])
    assert relative_error(found[1], wanted[1]) < 1e-6
    assert relative_error(found[2], wanted[2]) < 1e-6


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_traced_function_of_unknown_length_has_the_same_gradients(jit_compile):
    def gradient(x, kernel):
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            loss = tf.reduce_sum(tf.square(strided_convolution(x, kernel, 2)))
        return tape.gradient(loss, [x, kernel])

    shape = [tf.TensorSpec([None, None, 4]), tf.TensorSpec([3, 4, 6])]
    traced = tf.function(gradient, input_signature=shape, jit_compile=jit_compile)
    for frames in (9, 12):
        x, kernel = (tf.constant(a) for a in _arrays(3, frames))
        for found, wanted in zip(traced(x, kernel), gradient(x, kernel), strict=True):
            assert relative_error(found, wanted) < 1e-6


def test_bfloat16_has_bfloat16_gradients():
    x, kernel = (tf.cast(a, "bfloat16") for a in _arrays(3, 9))
    _, *gradients = _gradients(lambda *a: tf.cast(strided_convolution(*a), "float32"), x, kernel, 2)
    assert [g.dtype.name for g in gradients] == ["bfloat16", "bfloat16"]
