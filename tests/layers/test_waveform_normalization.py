"""Zero mean and unit variance over each clip."""

import numpy as np
import tensorflow as tf

from keras_w2v2.layers.waveform_normalization import normalize_waveform


def _clips():
    waveform = np.random.default_rng(0).normal(0.3, 0.02, (2, 500)).astype("float32")
    waveform[1, 320:] = 0.0
    return waveform, np.array([500, 320], "int32")


def test_each_clip_has_zero_mean_and_unit_variance_over_its_valid_samples():
    waveform, length = _clips()
    found = np.asarray(normalize_waveform(waveform, length))
    for row, n in enumerate(length):
        valid = waveform[row, :n].astype("float64")
        wanted = (valid - valid.mean()) / np.sqrt(valid.var() + 1e-7)
        np.testing.assert_allclose(found[row, :n], wanted, atol=2e-5)


def test_samples_after_the_end_are_zero_whatever_they_were():
    waveform, length = _clips()
    waveform[1, 320:] = 7.0
    assert not np.asarray(normalize_waveform(waveform, length))[1, 320:].any()


def test_silence_stays_silence():
    found = np.asarray(normalize_waveform(np.zeros((1, 50), "float32"), np.array([50])))
    np.testing.assert_array_equal(found, np.zeros((1, 50)))


def test_the_dtype_is_kept():
    waveform, length = _clips()
    assert normalize_waveform(tf.cast(waveform, "bfloat16"), length).dtype == tf.bfloat16
