"""Resampling inside a graph."""

import numpy as np
import pytest
import soxr
import tensorflow as tf

from keras_w2v2.data import audio
from keras_w2v2.export import graph_audio
from tests.golden import resampled_tones

CASES = [case for case in resampled_tones.cases() if case["rate"] % 25 == 0]
RIPPLE = 5e-5  # 0.0004 dB, or -86 dB
EDGE = 240  # samples at 16 kHz, the sinc's reach at 4 kHz

_resampled = tf.function(
    graph_audio.resampled,
    input_signature=[tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.int32)],
)


def resampled(waveform, rate):
    return _resampled(tf.constant(waveform, tf.float32), tf.constant(rate)).numpy()


def tone(samples, hertz, rate):
    return np.sin(2 * np.pi * hertz * np.arange(samples) / rate + 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rate']} Hz")
def test_tones_become_what_soxr_makes_of_them(case):
    waveform = resampled_tones.waveform_of(case)
    found = resampled(waveform, case["rate"])
    np.testing.assert_allclose(found, case["output"], atol=resampled_tones.TOLERANCE)
    library = audio._resample(waveform.astype("float32"), case["rate"])
    np.testing.assert_allclose(library, case["output"], atol=resampled_tones.TOLERANCE)


@pytest.mark.parametrize("rate", [4000, 11025, 44100, 192000])
def test_a_tone_that_both_rates_hold_comes_out_as_the_same_tone(rate):
    band = min(rate, 16000) / 2
    for share in (0.001, 0.5, 0.9):
        found = resampled(tone(rate // 4, share * band, rate), rate)
        wanted = tone(len(found), share * band, 16000)
        assert np.abs(found - wanted)[EDGE:-EDGE].max() <= RIPPLE


@pytest.mark.parametrize("rate", [22050, 44100, 192000])
def test_a_tone_that_16_khz_cannot_hold_does_not_come_back_as_another(rate):
    for hertz in np.linspace(8000, rate / 2, 5):
        found = resampled(tone(rate // 4, hertz, rate), rate)
        assert np.abs(found)[EDGE:-EDGE].max() <= RIPPLE


@pytest.mark.parametrize("rate", [4000, 11025, 16000, 44100, 384000])
def test_the_length_is_that_of_soxr(rate):
    for samples in (0, 1, 2, 12, 13, 1001, rate // 10 + 1):
        found = len(resampled(np.zeros(samples), rate))
        assert found == len(soxr.resample(np.zeros(samples), rate, 16000))


def test_what_could_be_read_stays_readable():
    square = np.where(np.arange(4800) // 24 % 2, audio.LOUDEST, -audio.LOUDEST)
    assert np.abs(resampled(square, 48000)).max() == audio.LOUDEST
