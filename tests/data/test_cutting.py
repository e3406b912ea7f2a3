"""Cutting in pauses, on bursts of noise between quiet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_w2v2.data import cutting
from keras_w2v2.errors import UserError

RATE = 16_000
LIMITS = {"least": RATE, "most": 10 * RATE}


def recording(*parts, seed=0):
    """Alternating speech (loud noise) and pauses (40 dB quieter), by their seconds."""
    generator = np.random.default_rng(seed)
    waves = [
        generator.normal(0, (3000, 30)[i % 2], round(seconds * RATE))
        for i, seconds in enumerate(parts)
    ]
    return np.concatenate(waves).astype(np.int16)


def seconds(bounds):
    return [(start / RATE, end / RATE) for start, end in bounds]


def test_a_clip_ends_in_the_last_pause_that_it_can_reach():
    pcm = recording(4, 0.5, 4, 0.5, 4, 0.5, 4)
    assert seconds(cutting.cuts(pcm, **LIMITS)) == [
        (0, pytest.approx(4 + 0.5 + 4 + 0.1, abs=0.011)),
        (pytest.approx(9 - 0.1, abs=0.011), pytest.approx(17.5, abs=0.011)),
    ]


def test_long_pauses_are_left_out_with_a_margin():
    pcm = recording(3, 20, 3, 30)
    assert seconds(cutting.cuts(pcm, **LIMITS)) == [
        (0, pytest.approx(3.1, abs=0.011)),
        (pytest.approx(22.9, abs=0.011), pytest.approx(26.1, abs=0.011)),
    ]


def test_bits_too_short_for_a_clip_are_left_out():
    pcm = recording(3, 5, 0.4, 5, 3)
    assert [round(end - start) for start, end in seconds(cutting.cuts(pcm, **LIMITS))] == [3, 3]


def test_speech_without_a_pause_is_cut_where_it_is_quietest():
    pcm = recording(30.0)
    pcm[round(7.9 * RATE) : round(8.1 * RATE)] //= 2  # a dip too shallow to be a pause
    bounds = seconds(cutting.cuts(pcm, **LIMITS))
    assert bounds[0] == (0, pytest.approx(8.0, abs=0.02))
    assert bounds[-1][1] == pytest.approx(30.0)
    assert all(1 <= end - start <= 10 for start, end in bounds)
    ends = [end for _, end in bounds]
    assert [start for start, _ in bounds[1:]] == ends[:-1]


def test_quiet_and_loud_recordings_are_cut_alike():
    pcm = recording(4, 0.5, 4, 0.5, 4, 0.5, 4)
    assert cutting.cuts(pcm // 4 * 4, **LIMITS) == cutting.cuts(pcm // 4 * 16 // 4, **LIMITS)
    assert cutting.cuts(pcm * 4, **LIMITS) == cutting.cuts(pcm, **LIMITS)


@given(
    st.lists(st.floats(0.05, 6), min_size=1, max_size=9),
    st.integers(1, 40).map(lambda n: n * 1600),
    st.integers(2, 5),
)
def test_clips_are_within_the_limits_and_in_order(parts, least, times):
    pcm, most = recording(*parts), least * times
    bounds = cutting.cuts(pcm, least=least, most=most)
    assert all(least <= end - start <= most for start, end in bounds)
    flat = [place for pair in bounds for place in pair]
    assert flat == sorted(flat) and all(0 <= place <= len(pcm) for place in flat)


def test_nothing_gives_no_clip():
    assert cutting.cuts(np.zeros(0, np.int16), **LIMITS) == []


def test_limits_that_cannot_be_met_are_refused():
    with pytest.raises(UserError, match="at least 6 s and at most 10 s"):
        cutting.cuts(recording(3), least=6 * RATE, most=10 * RATE)
