"""Dropout."""

import math

import numpy as np
import pytest
import tensorflow as tf
from harness import check_layer

from keras_w2v2.layers.dropout import Dropout

ONES = np.ones((200, 500), "float32")


def test_dropout_keeps_the_promises_of_a_layer(tmp_path):
    check_layer(lambda **kw: Dropout(0.3, seed=1, name="dropout", **kw), [ONES[:2]], tmp_path)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.5, 0.9])
def test_a_share_is_zeroed_and_the_rest_scaled_up(rate):
    found = np.asarray(Dropout(rate, seed=3)(ONES, training=True))
    zeroed = (found == 0).mean()
    assert abs(zeroed - rate) < 4 * math.sqrt(rate * (1 - rate) / ONES.size)
    np.testing.assert_allclose(found[found != 0], 1 / (1 - rate), rtol=1e-6)


def test_inference_changes_nothing():
    np.testing.assert_array_equal(Dropout(0.9)(ONES, training=False), ONES)


def test_a_rate_of_zero_changes_nothing():
    np.testing.assert_array_equal(Dropout(0.0)(ONES, training=True), ONES)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_every_call_of_a_traced_function_draws_anew(jit_compile):
    dropout = Dropout(0.5, seed=3)
    step = tf.function(lambda x: dropout(x, training=True), jit_compile=jit_compile)
    one, other = np.asarray(step(ONES[:20])) > 0, np.asarray(step(ONES[:20])) > 0
    # Two independent halves agree on half of the places.
    assert abs((one == other).mean() - 0.5) < 4 * 0.5 / math.sqrt(one.size)


def test_the_gradient_passes_where_the_value_did():
    x = tf.constant(ONES[:5])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = Dropout(0.5, seed=3)(x, training=True)
    np.testing.assert_array_equal(tape.gradient(y, x), y)


def test_the_dtype_is_kept():
    x = tf.cast(ONES[:2], "bfloat16")
    assert Dropout(0.5, dtype="mixed_bfloat16")(x, training=True).dtype == tf.bfloat16
