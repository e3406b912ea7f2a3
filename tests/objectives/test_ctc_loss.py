"""CTC beside a sum over all paths."""

import itertools
import math

import numpy as np
import pytest
import tensorflow as tf

from keras_w2v2.objectives.ctc import ctc_loss, impossible


def _collapse(path, blank):
    return [symbol for symbol, _ in itertools.groupby(path) if symbol != blank]


def _all_paths(logits, label, blank):
    """-log of the summed probability of every path that collapses to the label."""
    logits = logits.astype("float64")
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    frames, symbols = logits.shape
    total = sum(
        math.prod(probabilities[t, s] for t, s in enumerate(path))
        for path in itertools.product(range(symbols), repeat=frames)
        if _collapse(path, blank) == label
    )
    return -math.log(total)


def _logits(batch, frames=5, symbols=3):
    generator = np.random.default_rng(0)
    return generator.normal(0, 2, (batch, frames, symbols)).astype("float32")


@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize("filler", [0, -1, 2])
def test_the_loss_is_the_sum_over_all_paths(blank, filler):
    one, other = (1, 2) if blank == 0 else (0, 1)
    rows = [[one, other], [one, one], [other], [], [one, other, one]]
    lengths, frames = [len(row) for row in rows], [5, 4, 3, 2, 5]
    labels = np.array([row + [filler] * (3 - len(row)) for row in rows], "int32")
    logits = _logits(5)
    found = ctc_loss(logits, labels, np.array(lengths), np.array(frames), blank)
    wanted = [_all_paths(logits[i, :n], rows[i], blank) for i, n in enumerate(frames)]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


IMPOSSIBLE = {
    # label, frames: each symbol needs a frame, and equal neighbours a blank between them
    "fits exactly": ([1, 2, 1], 3, False),
    "one frame short": ([1, 2, 1], 2, True),
    "a repeat fits exactly": ([1, 1], 3, False),
    "a repeat lacks its blank": ([1, 1], 2, True),
    "two repeats lack one blank": ([1, 1, 1], 4, True),
    "nothing to say": ([], 1, False),
    "no frame at all": ([1], 0, True),
}


def _batch():
    rows = [(*case[:2],) for case in IMPOSSIBLE.values()]
    labels = np.array([row + [1] * (3 - len(row)) for row, _ in rows], "int32")
    lengths = np.array([len(row) for row, _ in rows], "int32")
    return labels, lengths, np.array([frames for _, frames in rows], "int32")


def test_labels_that_need_more_frames_are_found():
    found = np.asarray(impossible(*_batch()))
    assert dict(zip(IMPOSSIBLE, found, strict=True)) == {k: v[2] for k, v in IMPOSSIBLE.items()}


@pytest.mark.parametrize("jit_compile", [False, True])
def test_impossible_labels_cost_nothing_and_have_no_gradient(jit_compile):
    labels, lengths, frames = _batch()
    logits = tf.constant(_logits(len(labels)))

    @tf.function(jit_compile=jit_compile)
    def step(logits):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            losses = ctc_loss(logits, labels, lengths, frames)
        return losses, tape.gradient(losses, logits)

    losses, gradients = (np.asarray(x) for x in step(logits))
    assert np.isfinite(losses).all() and np.isfinite(gradients).all()
    skipped = np.array([case[2] for case in IMPOSSIBLE.values()])
    assert not losses[skipped].any() and not gradients[skipped].any()
    assert (losses[~skipped] > 0).all() and gradients[~skipped].any(axis=(1, 2)).all()


def test_frames_after_the_end_have_no_gradient():
    logits = tf.constant(_logits(1))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = ctc_loss(logits, np.array([[1, 2]]), np.array([2]), np.array([3]))
    gradient = np.asarray(tape.gradient(loss, logits))
    assert gradient[0, :3].any() and not gradient[0, 3:].any()


@pytest.mark.parametrize("foreign", [-1, 0, 3, 99])
def test_a_label_that_is_no_text_costs_nan_and_one_beyond_the_length_nothing(foreign):
    labels = np.array([[1, foreign], [1, foreign]], "int32")
    losses = np.asarray(ctc_loss(_logits(2)[:, :, :3], labels, np.array([2, 1]), np.array([4, 4])))
    assert np.isnan(losses[0]) and np.isfinite(losses[1])
