"""The pre-training loss, its parts and what can be injected into it."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import logsumexp
from small_models import UNDROPPED, clips, masked_distractors, pretraining

KEYS = {
    *("loss", "contrastive_loss", "diversity_loss", "feature_penalty", "accuracy"),
    *("code_perplexity", "prob_perplexity", "temperature", "masked_share", "masked_frames"),
}
BATCH = clips(1000, 700, 845)
FRAMES = 48


def _numbers(figures):
    return {name: float(value) for name, value in figures.items()}


def _mask():
    """Three spans; the one of the second clip reaches beyond its 33 frames."""
    mask = np.zeros((3, FRAMES), bool)
    mask[0, 5:15], mask[1, 28:38], mask[2, 0:7] = True, True, True
    return mask


def test_the_figures_are_those_documented():
    assert set(pretraining().compute_losses(BATCH)) == KEYS


@pytest.mark.parametrize("training", [False, True])
def test_the_loss_is_its_parts_combined(training):
    model = pretraining(diversity_weight=0.3, feature_penalty_weight=7.0)
    found = _numbers(model.compute_losses(BATCH, training=training))
    parts = found["contrastive_loss"] + 0.3 * found["diversity_loss"]
    assert found["loss"] == pytest.approx(parts + 7.0 * found["feature_penalty"], rel=1e-6)


def test_evaluation_is_the_same_at_every_call_and_training_draws_anew():
    model = pretraining()
    evaluated = [_numbers(model.compute_losses(BATCH)) for _ in range(2)]
    assert evaluated[0] == evaluated[1]
    trained = [_numbers(model.compute_losses(BATCH, training=True)) for _ in range(2)]
    assert trained[0]["contrastive_loss"] != trained[1]["contrastive_loss"]
    assert trained[0]["masked_frames"] != trained[1]["masked_frames"]
    assert _numbers(model.compute_losses(BATCH)) == evaluated[0]


def test_injected_masks_and_distractors_give_the_loss_computed_by_hand():
    model = pretraining(**UNDROPPED)
    mask = _mask() & (np.arange(FRAMES) < np.array([[48], [33], [41]]))
    distractors = masked_distractors(mask)
    given = np.where(mask[..., None], distractors, 99_999)  # read at masked frames alone
    found = _numbers(model.compute_losses(BATCH, _mask(), given))
    outputs = model.backbone(BATCH, span_mask=_mask())
    targets = model.quantizer(outputs["features"])
    codes = np.asarray(targets["codes"])
    context, target = (
        np.asarray(x, "float64") / np.linalg.norm(x, axis=-1, keepdims=True)
        for x in (
            model.project_context(outputs["hidden"]),
            model.project_target(targets["quantized"]),
        )
    )
    losses, won = [], 0
    for row, frame in zip(*np.nonzero(mask), strict=True):
        others = [
            context[row, frame] @ target[row, other] / 0.1
            for other in distractors[row, frame]
            if (codes[row, other] != codes[row, frame]).any()
        ]
        own = context[row, frame] @ target[row, frame] / 0.1
        losses.append(logsumexp([own, *others]) - own)
        won += bool(others) and own > max(others)
    assert found["masked_frames"] == mask.sum() == 22
    assert found["contrastive_loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    assert found["accuracy"] == pytest.approx(won / 22, abs=1e-6)
    assert found["masked_share"] == pytest.approx(22 / (48 + 33 + 41), rel=1e-6)
    _check_perplexities(found, codes[mask], np.asarray(targets["probabilities"])[mask])


def _check_perplexities(found, codes, probabilities):
    shares = np.stack([np.bincount(codes[:, g], minlength=8) / len(codes) for g in range(2)])
    for name, share in (("code", shares), ("prob", probabilities.mean(axis=0))):
        entropies = -(share * np.log(share + 1e-12)).sum(axis=-1)
        wanted = np.exp(entropies).sum()
        assert found[f"{name}_perplexity"] == pytest.approx(wanted, rel=1e-4)
    assert found["diversity_loss"] == pytest.approx((16 - wanted) / 16, rel=1e-4)


def test_chance_is_the_log_of_one_plus_the_distractors():
    # Contexts of zero are as similar to every target; codes are too many to repeat often.
    model = pretraining(codebook_size=320, num_distractors=100)
    model.project_context.kernel.assign(tf.zeros_like(model.project_context.kernel))
    found = _numbers(model.compute_losses(clips(8000, 8000)))
    assert 0.97 * math.log(101) < found["contrastive_loss"] <= math.log(101) + 1e-5
    assert found["accuracy"] == 0


@pytest.mark.parametrize("training", [False, True])
def test_a_collapsed_codebook_costs_nothing_and_shows_in_the_perplexity(training):
    model = pretraining()
    kernel, bias = model.quantizer.projection.weights
    kernel.assign(tf.zeros_like(kernel))
    # Entry 0 of each codebook wins by more than Gumbel noise can make up.
    bias.assign(tf.reshape(tf.one_hot([0, 0], 8) * 100.0, [-1]))
    found = _numbers(model.compute_losses(BATCH, training=training))
    assert found["contrastive_loss"] == 0 and found["accuracy"] == 0
    assert found["code_perplexity"] == pytest.approx(2, rel=1e-5)
    assert found["diversity_loss"] == pytest.approx(14 / 16, rel=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_equal_targets_of_different_codes_are_not_accurate(training):
    model = pretraining(codebook_distractors=5, cross_utterance_distractors=5)
    kernel, bias = model.project_target.weights
    kernel.assign(tf.zeros_like(kernel))
    bias.assign(np.random.default_rng(0).normal(size=8))
    assert float(model.compute_losses(BATCH, training=training)["accuracy"]) == 0


def test_the_feature_penalty_is_the_mean_square_over_valid_frames():
    model = pretraining()
    outputs = model.backbone(BATCH)
    valid = np.asarray(outputs["raw_features"], "float64")[np.asarray(outputs["frame_mask"])]
    found = float(model.compute_losses(BATCH)["feature_penalty"])
    assert found == pytest.approx((valid**2).mean(), rel=1e-5)


def test_the_gradient_of_the_penalty_is_scaled_too():
    def gradient(mult):
        model = pretraining(feature_grad_mult=mult, **UNDROPPED)
        with tf.GradientTape() as tape:
            loss = model.compute_losses(BATCH)["feature_penalty"]
        return tape.gradient(loss, model.backbone.feature_encoder.blocks[1].kernel.value)

    np.testing.assert_allclose(gradient(0.1), 0.1 * gradient(1.0).numpy(), rtol=1e-4, atol=1e-7)


def test_padding_does_not_change_the_figures():
    model = pretraining()
    longer = clips(1000, 700, 845, samples=1600)
    longer["waveform"][:, :1000] = BATCH["waveform"]
    longer["waveform"][:, 1000:] = 0
    mask, distractors = _mask(), masked_distractors(_mask())
    beyond = 78 - FRAMES
    wanted = _numbers(model.compute_losses(BATCH, mask, distractors))
    found = _numbers(
        model.compute_losses(
            longer,
            np.pad(mask, [(0, 0), (0, beyond)]),
            np.pad(distractors, [(0, 0), (0, beyond), (0, 0)]),
        )
    )
    assert found == pytest.approx(wanted, rel=1e-5)


def test_a_batch_with_nothing_to_mask_is_finite():
    found = _numbers(pretraining().compute_losses(clips(60, 40, samples=100), training=True))
    assert found["masked_frames"] == 0
    assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize("kinds", [{"cross_utterance_distractors": 7}, {"codebook_distractors": 7}])
def test_further_kinds_of_distractors_count_beside_the_first(kinds):
    model = pretraining(codebook_size=320, **kinds)
    model.project_context.kernel.assign(tf.zeros_like(model.project_context.kernel))
    found = float(model.compute_losses(clips(2000, 2000))["contrastive_loss"])
    assert 0.97 * math.log(1 + 10 + 7) < found <= math.log(1 + 10 + 7) + 1e-5
