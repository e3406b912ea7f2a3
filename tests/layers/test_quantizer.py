"""The Gumbel product quantizer (correctness notes 11 and 14)."""

import math

import numpy as np
import pytest
import tensorflow as tf
from harness import check_layer
from scipy import stats
from scipy.special import softmax

from keras_w2v2.layers.quantizer import GumbelProductQuantizer, gumbel_noise

FEATURES = np.random.default_rng(0).normal(size=(2, 5, 6)).astype("float32")


@pytest.fixture
def quantizer():
    layer = GumbelProductQuantizer(2, 4, 6)
    layer.build(FEATURES.shape)
    return layer


def _scores(quantizer):
    kernel, bias = (np.asarray(w, "float64") for w in quantizer.projection.weights)
    return (FEATURES @ kernel + bias).reshape(2, 5, 2, 4)


def _entries(quantizer, codes):
    book = np.asarray(quantizer.codebook)
    return np.concatenate([book[group][codes[..., group]] for group in range(2)], axis=-1)


def test_the_quantizer_keeps_the_promises_of_a_layer(tmp_path):
    def make(**kwargs):
        return GumbelProductQuantizer(2, 4, 6, name="quantizer", **kwargs)

    check_layer(make, [FEATURES], tmp_path, mixed_tolerance=None)


def test_evaluation_takes_the_best_entry_of_each_codebook(quantizer):
    found = quantizer(FEATURES)
    codes = _scores(quantizer).argmax(axis=-1)
    np.testing.assert_array_equal(found["codes"], codes)
    np.testing.assert_array_equal(found["quantized"], _entries(quantizer, codes))
    np.testing.assert_array_equal(quantizer.entries(found["codes"]), found["quantized"])


def test_training_takes_the_best_entry_after_noise(quantizer):
    gumbel = np.random.default_rng(1).gumbel(size=(2, 5, 2, 4)).astype("float32") * 3
    found = quantizer(FEATURES, temperature=0.7, gumbel=gumbel)
    codes = (_scores(quantizer) + gumbel).argmax(axis=-1)
    np.testing.assert_array_equal(found["codes"], codes)
    # The straight-through value is the entry itself, to the bit.
    np.testing.assert_array_equal(found["quantized"], _entries(quantizer, codes))


def test_probabilities_are_the_plain_softmax_without_noise_or_temperature(quantizer):
    gumbel = np.tile(np.array([5, 0, 0, 0], "float32"), (2, 5, 2, 1))
    found = quantizer(FEATURES, temperature=0.1, gumbel=gumbel)["probabilities"]
    np.testing.assert_allclose(found, softmax(_scores(quantizer), axis=-1), atol=1e-5)


def test_the_straight_through_gradient_is_that_of_the_softmax(quantizer):
    gumbel = np.random.default_rng(1).gumbel(size=(2, 5, 2, 4)).astype("float32")
    pull = np.random.default_rng(2).normal(size=(2, 5, 6)).astype("float32")
    with tf.GradientTape() as tape:
        found = quantizer(FEATURES, temperature=2.0, gumbel=gumbel)["quantized"]
        loss = tf.reduce_sum(found * pull)
    gradient = tape.gradient(loss, quantizer.projection.kernel.value)
    with tf.GradientTape() as tape:
        scores = tf.reshape(quantizer.projection(FEATURES), [2, 5, 2, 4])
        soft = tf.nn.softmax((scores + gumbel) / 2.0)
        value = tf.einsum("btgv,gvd->btgd", soft, quantizer.codebook.value)
        loss = tf.reduce_sum(tf.reshape(value, [2, 5, 6]) * pull)
    wanted = tape.gradient(loss, quantizer.projection.kernel.value)
    assert np.abs(wanted).max() > 0.01
    np.testing.assert_allclose(gradient, wanted, rtol=1e-4, atol=1e-5)


def test_entries_that_were_chosen_learn_and_no_others(quantizer):
    gumbel = np.zeros((2, 5, 2, 4), "float32")
    with tf.GradientTape() as tape:
        found = quantizer(FEATURES, temperature=2.0, gumbel=gumbel)
        loss = tf.reduce_sum(found["quantized"])
    gradient = np.asarray(tape.gradient(loss, quantizer.codebook.value))
    codes = np.asarray(found["codes"]).reshape(-1, 2)
    for group in range(2):
        times = np.bincount(codes[:, group], minlength=4)
        np.testing.assert_allclose(gradient[group], np.repeat(times[:, None], 3, axis=1), atol=1e-5)


def test_evaluation_lets_no_gradient_through_the_choice(quantizer):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(quantizer(FEATURES)["quantized"])
    assert tape.gradient(loss, quantizer.projection.kernel.value) is None


def test_gumbel_noise_has_the_moments_of_its_distribution():
    seed = tf.constant([3, 4], "int64")
    noise = np.asarray(gumbel_noise((4000,), seed, tf.range(50)), "float64")
    deviation = math.pi / math.sqrt(6)
    assert np.isfinite(noise).all()
    assert noise.mean() == pytest.approx(0.5772, abs=4 * deviation / math.sqrt(noise.size))
    assert noise.std() == pytest.approx(deviation, rel=0.01)


def test_noisy_choices_follow_the_softmax():
    scores = np.array([0.0, 1.0, -1.0, 2.0])
    noise = np.asarray(gumbel_noise((4,), tf.constant([3, 4], "int64"), tf.range(20_000)))
    chosen = np.bincount((scores + noise).argmax(axis=-1), minlength=4)
    assert stats.chisquare(chosen, softmax(scores) * 20_000).pvalue > 1e-4
