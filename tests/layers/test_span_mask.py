"""Span masks (correctness note 18)."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_w2v2.layers.span_mask import channel_mask, span_mask

SEED = (11, 5)


def _mask(lengths, size, seed=SEED, **options):
    lengths = np.array(lengths, "int32")
    return np.asarray(span_mask(lengths, size, tf.constant(seed, "int64"), **options))


def _runs(row):
    """Lengths of the runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
    return edges[1::2] - edges[::2]


def test_about_49_percent_of_780_frames_are_masked():
    share = _mask([780] * 300, 780).mean()
    # 0.65 * 780 / 10 + u: 51.2 spans on average. A frame is free when none of its 10 possible
    # starts is among those drawn of 771.
    free = math.prod((771 - 51.2 - i) / (771 - i) for i in range(10))
    assert share == pytest.approx(1 - free, abs=0.01)
    assert share == pytest.approx(0.49, abs=0.01)


def test_the_number_of_spans_rounds_at_random_to_the_exact_mean():
    # Spans of one frame do not overlap: each masked frame is one span.
    counts = _mask([33] * 1000, 33, prob=0.65, span=1).sum(axis=1)
    assert set(counts) == {21, 22}  # 0.65 * 33 = 21.45
    assert counts.mean() == pytest.approx(21.45, abs=4 * 0.5 / math.sqrt(1000))


def test_there_are_at_least_two_spans():
    # 0.01 * 100 / 10 would be none; two spans at different starts cover at least 11 frames.
    masked = _mask([100] * 200, 100, prob=0.01).sum(axis=1)
    assert masked.min() >= 11 and masked.max() <= 20


def test_starts_are_drawn_without_replacement():
    # Eleven frames have room for two starts, so two spans always cover all of them.
    assert _mask([11] * 50, 11).all()
    # Three frames, spans of one, three spans: every frame.
    assert _mask([3] * 50, 3, span=1, min_spans=3).all()


def test_the_last_frame_can_be_masked_and_so_can_the_first():
    mask = _mask([40] * 300, 40)
    assert mask[:, -1].any() and mask[:, 0].any()


def test_every_start_is_as_likely_as_another():
    starts = _mask([20] * 4000, 20, prob=0.1, span=1).sum(axis=0)
    # Two of twenty in each row: 400 of 4000 at each place.
    assert np.abs(starts - 400).max() < 4 * math.sqrt(4000 * 0.1 * 0.9)


def test_a_row_too_short_for_a_span_is_not_masked():
    mask = _mask([0, 1, 9, 10], 12)
    np.testing.assert_array_equal(mask.sum(axis=1), [0, 0, 0, 10])


@settings(max_examples=40)
@given(
    lengths=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    span=st.integers(1, 12),
    prob=st.floats(0.0, 0.99),
    min_spans=st.integers(0, 4),
    seed=st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 1000)),
)
def test_spans_are_whole_and_lie_within_the_valid_frames(lengths, span, prob, min_spans, seed):
    mask = _mask(lengths, 60, seed, prob=prob, span=span, min_spans=min_spans)
    for row, length in zip(mask, lengths, strict=True):
        assert not row[length:].any()
        runs = _runs(row)
        assert all(run >= span for run in runs)
        most = max(min_spans, int(prob * length / span) + 1)
        assert runs.sum() <= most * span
        if min(min_spans, length - span + 1) > 0:
            assert runs.sum() >= span


def test_rows_do_not_depend_on_how_the_batch_is_split():
    lengths = [50, 40, 30, 50, 20]
    whole = _mask(lengths, 50)
    parts = [
        _mask(lengths[:3], 50, rows=np.arange(3, dtype="int32")),
        _mask(lengths[3:], 50, rows=np.arange(3, 5, dtype="int32")),
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_rows_and_seeds_differ():
    mask = _mask([200] * 3, 200)
    assert (mask[0] != mask[1]).any() and (mask[1] != mask[2]).any()
    assert (mask != _mask([200] * 3, 200, seed=(11, 6))).any()


def test_compiled_masks_are_the_same():
    def draw(length):
        return span_mask(length, 90, tf.constant(SEED, "int64"))

    lengths = tf.constant([90, 64, 5])
    compiled = tf.function(draw, jit_compile=True)
    np.testing.assert_array_equal(compiled(lengths), draw(lengths))


def _channels(batch=200, channels=768, **options):
    return np.asarray(channel_mask(batch, channels, tf.constant(SEED, "int64"), **options))


def test_channel_spans_are_whole():
    for row in _channels(20):
        assert all(run >= 64 for run in _runs(row))


def test_the_share_of_masked_channels_follows_the_formula():
    # 0.25 * 768 / 64 = 3 spans; starts of 705, a channel in the middle has 64 of them.
    free = math.prod((705 - 3 - i) / (705 - i) for i in range(64))
    middle = _channels(600)[:, 100:600].mean()
    assert middle == pytest.approx(1 - free, abs=0.02)


def test_a_channel_mask_has_at_least_one_span_and_none_at_probability_0():
    assert _channels(50, 100, prob=0.001, span=8).any(axis=1).all()
    assert not _channels(50, 100, prob=0.0, span=8).any()
