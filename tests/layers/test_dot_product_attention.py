"""Softmax attention with a gradient of its own."""

import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from harness import relative_error

from keras_w2v2.layers.dot_product_attention import dot_product_attention

BATCH, HEADS, FRAMES, WIDTH = 2, 3, 7, 4
SHAPE = (BATCH, HEADS, FRAMES, WIDTH)
BIAS = np.where(np.arange(FRAMES) < np.array([[7], [4]]), 0.0, -1e4)[:, None, None, :]
RATE = 0.3


def _arrays(seed=0):
    generator = np.random.default_rng(seed)
    kept = generator.uniform(size=(BATCH, HEADS, FRAMES, FRAMES)) >= RATE
    return [generator.normal(size=SHAPE) for _ in range(4)], kept


def _by_operations(query, key, value, bias, rate=0.0, kept=None):
    weights = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) + bias)
    if kept is not None:
        weights = tf.where(kept, weights / (1 - rate), tf.zeros((), weights.dtype))
    return tf.matmul(weights, value)


def _gradients(attend, arrays, upstream, *options):
    with tf.GradientTape() as tape:
        tape.watch(arrays)
        context = attend(*arrays, tf.cast(BIAS, arrays[0].dtype), *options)
        loss = tf.reduce_sum(tf.cast(context, "float32") * tf.cast(upstream, "float32"))
    return [context, *tape.gradient(loss, arrays)]


def _rounding_errors(found, wanted):
    """Returns the relative error in units of the last place of `found`'s dtype."""
    return (
        relative_error(tf.cast(found, "float64"), wanted)
        / ml_dtypes.finfo(found.dtype.as_numpy_dtype).eps
    )


# How the sums of a product are ordered is each processor's own: the bounds are in roundings.
@pytest.mark.parametrize("dropout", [False, True])
@pytest.mark.parametrize("jit_compile", [False, True])
def test_values_and_gradients_are_those_of_the_operations_one_by_one(dropout, jit_compile):
    (*arrays, upstream), kept = _arrays()
    arrays = [tf.constant(a, "float32") for a in arrays]
    options = (RATE, tf.constant(kept)) if dropout else ()
    traced = tf.function(_gradients, jit_compile=jit_compile)
    found = traced(dot_product_attention, arrays, upstream, *options)
    exact = [tf.cast(a, "float64") for a in arrays]
    wanted = _gradients(_by_operations, exact, upstream, *options)
    for one, other in zip(found, wanted, strict=True):
        assert _rounding_errors(one, other) < 16


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_stays_near_the_exact_and_gives_gradients_of_its_own_dtype(dtype):
    (*arrays, upstream), kept = _arrays()
    options = (RATE, tf.constant(kept))
    half = [tf.cast(a, dtype) for a in arrays]
    found = _gradients(dot_product_attention, half, upstream, *options)
    exact = [tf.cast(a, "float64") for a in half]
    wanted = _gradients(_by_operations, exact, upstream, *options)
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == dtype
        assert _rounding_errors(one, other) < 8
