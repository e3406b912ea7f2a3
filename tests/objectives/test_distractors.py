"""Distractors (correctness notes 16 and 17)."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from keras_w2v2.objectives import distractors

SEED = (7, 1)
MASK = np.array([[0, 1, 1, 0, 1, 1, 0, 1], [1, 0, 0, 1, 0, 1, 0, 0]], bool)


def _same(mask, count, seed=SEED, rows=None):
    rows = np.arange(len(mask)) if rows is None else rows
    drawn = distractors.same_utterance(mask, count, tf.constant(seed, "int64"), rows)
    return np.asarray(drawn)


def _cross(mask, count, seed=SEED, rows=None):
    rows = np.arange(len(mask)) if rows is None else rows
    drawn = distractors.cross_utterance(mask, count, tf.constant(seed, "int64"), rows)
    return np.asarray(drawn)


masks = st.lists(st.lists(st.booleans(), min_size=9, max_size=9), min_size=1, max_size=4)
seeds = st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 1000))


@settings(max_examples=40)
@given(mask=masks, seed=seeds)
def test_distractors_are_other_masked_frames_of_the_same_clip(mask, seed):
    mask = np.array(mask, bool)
    drawn = _same(mask, 20, seed)
    assert drawn.shape == (*mask.shape, 20)
    for row, frame in zip(*np.nonzero(mask), strict=True):
        others = set(np.flatnonzero(mask[row])) - {frame}
        assert set(drawn[row, frame]) <= (others or {frame})


@settings(max_examples=40)
@given(mask=masks, seed=seeds)
def test_distractors_of_other_clips_are_any_masked_frame_but_the_positive(mask, seed):
    mask = np.array(mask, bool)
    drawn = _cross(mask, 20, seed)
    everywhere = set(np.flatnonzero(mask))
    for row, frame in zip(*np.nonzero(mask), strict=True):
        own = row * mask.shape[1] + frame
        assert set(drawn[row, frame]) <= (everywhere - {own} or {own})


def test_a_clip_with_one_masked_frame_gets_its_own_frame():
    mask = np.zeros((1, 6), bool)
    mask[0, 3] = True
    assert set(_same(mask, 5)[0, 3]) == {3}
    assert set(_cross(mask, 5)[0, 3]) == {3}


@pytest.mark.parametrize("frame", [1, 4, 7])
def test_every_other_masked_frame_is_as_likely(frame):
    drawn = _same(MASK, 20_000)[0, frame]
    others = [f for f in np.flatnonzero(MASK[0]) if f != frame]
    counts = np.bincount(drawn, minlength=8)[others]
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize(("row", "frame"), [(0, 1), (1, 0), (1, 5)])
def test_every_other_masked_frame_of_the_batch_is_as_likely(row, frame):
    drawn = _cross(MASK, 20_000)[row, frame]
    others = [f for f in np.flatnonzero(MASK) if f != row * 8 + frame]
    counts = np.bincount(drawn, minlength=16)[others]
    assert counts.sum() == 20_000
    assert stats.chisquare(counts).pvalue > 1e-4


def test_distractors_do_not_depend_on_how_the_batch_is_split():
    whole = _same(MASK, 10)
    np.testing.assert_array_equal(_same(MASK[1:], 10, rows=np.array([1])), whole[1:])


def test_rows_and_seeds_draw_differently():
    mask = np.ones((2, 30), bool)
    drawn = _same(mask, 10)
    assert (drawn[0] != drawn[1]).any()
    assert (drawn != _same(mask, 10, seed=(7, 2))).any()


@pytest.mark.parametrize("draw", [distractors.same_utterance, distractors.cross_utterance])
def test_compiled_draws_are_the_same(draw):
    def step(mask):
        return draw(mask, 5, tf.constant(SEED, "int64"), tf.range(2))

    np.testing.assert_array_equal(tf.function(step, jit_compile=True)(MASK), step(MASK))


@pytest.mark.parametrize("size", [1, 3, 320])
def test_random_codes_are_in_range_and_uniform(size):
    seed, rows = tf.constant(SEED, "int64"), tf.range(4)
    drawn = np.asarray(distractors.codes(50, 40, 2, size, seed, rows))
    assert drawn.shape == (4, 50, 40, 2)
    assert drawn.min() >= 0 and drawn.max() < size
    if size > 1:
        assert stats.chisquare(np.bincount(drawn.ravel(), minlength=size)).pvalue > 1e-4
