"""The contrastive loss (correctness notes 9 and 13)."""

import math

import numpy as np
import pytest

from keras_w2v2.objectives.contrastive import (
    contrastive_loss,
    frame_similarities,
    pick,
    pick_codes,
    same_codes,
    unit_vectors,
)

NONE = np.zeros((1, 4, 100), bool)
ALL = np.ones((1, 4), "float32")


def _similarities(seed=0):
    generator = np.random.default_rng(seed)
    draw = lambda *shape: generator.uniform(-1, 1, shape).astype("float32")  # noqa: E731
    return draw(1, 4), draw(1, 4, 100)


def _direct(positive, negatives, excluded, weights, temperature=0.1):
    """Cross-entropy and wins by their definition, a frame at a time in float64."""
    loss, won = 0.0, 0
    for t in np.flatnonzero(weights[0]):
        others = negatives[0, t][~excluded[0, t]].astype("float64") / temperature
        own = float(positive[0, t]) / temperature
        loss += math.log(math.exp(own) + np.exp(others).sum()) - own
        won += bool(others.size and own > others.max())
    return loss, won


def test_chance_is_the_log_of_101():
    same = np.full((1, 4), 0.3, "float32"), np.full((1, 4, 100), 0.3, "float32")
    loss, _ = contrastive_loss(*same, NONE, ALL)
    assert float(loss) / 4 == pytest.approx(math.log(101), rel=1e-6)  # 4.615 nats


def test_the_loss_is_the_cross_entropy_of_the_positive():
    weights = np.array([[1, 0, 1, 1]], "float32")
    excluded = np.random.default_rng(1).random((1, 4, 100)) < 0.3
    for temperature in (0.1, 0.5):
        given = (*_similarities(), excluded, weights, temperature)
        loss, won = contrastive_loss(*given)
        wanted, wins = _direct(*given)
        assert float(loss) == pytest.approx(wanted, rel=1e-5)
        assert float(won) == wins


def test_excluded_distractors_leave_the_sum():
    positive, negatives = _similarities()
    excluded = NONE.copy()
    excluded[..., 60:] = True
    found = contrastive_loss(positive, negatives, excluded, ALL)
    wanted = contrastive_loss(positive, negatives[..., :60], NONE[..., :60], ALL)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_a_frame_with_no_distractor_left_costs_nothing_and_is_not_accurate():
    positive, negatives = _similarities()
    loss, won = contrastive_loss(positive, negatives, ~NONE, ALL)
    assert float(loss) == 0 and float(won) == 0


def test_a_tie_is_not_accurate():
    equal = np.full((1, 4), 0.5, "float32"), np.full((1, 4, 100), 0.5, "float32")
    assert float(contrastive_loss(*equal, NONE, ALL)[1]) == 0
    # The same vectors multiplied in another order differ in the last bit.
    rounded = np.nextafter(equal[0], np.float32(1)), equal[1]
    assert float(contrastive_loss(*rounded, NONE, ALL)[1]) == 0


def test_a_positive_above_every_distractor_is_accurate():
    positive, negatives = np.full((1, 4), 0.6, "float32"), np.full((1, 4, 100), 0.5, "float32")
    assert float(contrastive_loss(positive, negatives, NONE, ALL)[1]) == 4


def test_frames_without_weight_do_not_count():
    positive, negatives = _similarities()
    assert [float(x) for x in contrastive_loss(positive, negatives, NONE, ALL * 0)] == [0, 0]


def test_similarities_are_cosines():
    generator = np.random.default_rng(0)
    context, target = generator.normal(size=(2, 3, 5)), generator.normal(size=(2, 3, 5))
    found = frame_similarities(unit_vectors(context), unit_vectors(target))
    norms = np.linalg.norm(context, axis=-1)[:, :, None] * np.linalg.norm(target, axis=-1)[:, None]
    np.testing.assert_allclose(found, context @ target.transpose(0, 2, 1) / norms, rtol=1e-5)


def test_a_zero_vector_has_a_finite_direction():
    np.testing.assert_array_equal(unit_vectors(np.zeros((1, 3), "float32")), np.zeros((1, 3)))


def test_picking_follows_the_indices():
    generator = np.random.default_rng(0)
    similarities = generator.normal(size=(2, 4, 4)).astype("float32")
    codes = generator.integers(0, 9, (2, 4, 2))
    indices = generator.integers(0, 4, (2, 4, 3))
    picked, picked_codes = np.asarray(pick(similarities, indices)), pick_codes(codes, indices)
    for b, t, n in np.ndindex(2, 4, 3):
        assert picked[b, t, n] == similarities[b, t, indices[b, t, n]]
        np.testing.assert_array_equal(picked_codes[b, t, n], codes[b, indices[b, t, n]])


def test_codes_are_the_same_when_all_codebooks_agree():
    codes = np.array([[[1, 2]]])
    others = np.array([[[[1, 2], [1, 3], [2, 1]]]])
    np.testing.assert_array_equal(same_codes(codes, others), [[[True, False, False]]])
