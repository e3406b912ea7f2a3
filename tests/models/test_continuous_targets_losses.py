"""Pre-training on continuous targets, and with the transformer seeing what is asked for."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import logsumexp
from small_models import SMALLEST, UNDROPPED, clips, masked_distractors, pretraining

from keras_w2v2 import UserError

BATCH = clips(1000, 700, 845)
FRAMES = 48
OF_CODES = {"diversity_loss", "code_perplexity", "prob_perplexity", "temperature"}


def _mask():
    mask = np.zeros((3, FRAMES), bool)
    mask[0, 5:15], mask[1, 20:30], mask[2, 0:7] = True, True, True
    return mask


def _distractors(mask):
    """Other masked frames of the clip, and as the first one the frame itself."""
    found = masked_distractors(mask)
    found[..., 0] = np.where(mask, np.arange(FRAMES), 0)
    return found


def _unit(x):
    return np.asarray(x, "float64") / np.linalg.norm(x, axis=-1, keepdims=True)


def _continuous(**settings):
    return pretraining(num_codebooks=0, **settings)


@pytest.mark.parametrize("mask_inputs", [True, False])
def test_the_loss_is_that_computed_by_hand(mask_inputs):
    model = _continuous(**UNDROPPED, feature_penalty_weight=7.0, mask_inputs=mask_inputs)
    mask, distractors = _mask(), _distractors(_mask())
    found = {k: float(v) for k, v in model.compute_losses(BATCH, mask, distractors).items()}
    outputs = model.backbone(BATCH, span_mask=mask if mask_inputs else None)
    context = _unit(model.project_context(outputs["hidden"]))
    target = _unit(model.project_target(outputs["features"]))
    losses, won = [], 0
    for row, frame in zip(*np.nonzero(mask), strict=True):
        logits = context[row, frame] @ target[row].T / 0.1
        others = [logits[other] for other in distractors[row, frame] if other != frame]
        losses.append(logsumexp([logits[frame], *others]) - logits[frame])
        won += logits[frame] > max(others)
    assert found["masked_frames"] == mask.sum() == 27
    assert found["contrastive_loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    assert found["accuracy"] == pytest.approx(won / 27, abs=1e-6)
    wanted = found["contrastive_loss"] + 7.0 * found["feature_penalty"]
    assert found["loss"] == pytest.approx(wanted, rel=1e-6)


def test_there_are_no_figures_of_codes():
    found = _continuous().compute_losses(BATCH, training=True)
    assert set(pretraining().compute_losses(BATCH)) - set(found) == OF_CODES
    assert not OF_CODES & {metric.name for metric in _continuous().metrics}


def test_frames_that_sound_alike_are_still_distractors():
    # Silence: codes would be equal and left out, and the loss 0.
    model = _continuous(**UNDROPPED)
    kernel, bias = model.project_target.weights
    kernel.assign(tf.zeros_like(kernel))
    bias.assign(tf.ones_like(bias))
    found = model.compute_losses(clips(8000, 8000))
    assert 0.97 * math.log(11) < float(found["contrastive_loss"]) <= math.log(11) + 1e-5
    assert float(found["accuracy"]) == 0  # a tie


def test_the_features_learn_through_their_targets():
    model = _continuous()
    features = tf.constant(np.random.default_rng(0).normal(size=(1, 4, 8)), "float32")
    with tf.GradientTape() as tape:
        tape.watch(features)
        loss = tf.reduce_sum(model.project_target(model.quantizer(features)["quantized"]))
    wanted = np.broadcast_to(model.project_target.kernel.numpy().sum(1), (1, 4, 8))
    np.testing.assert_allclose(tape.gradient(loss, features), wanted, rtol=1e-4, atol=1e-6)


def test_updates_in_parts_and_after_a_reload_are_those_of_the_model(tmp_path):
    def fitted(**settings):
        model = _continuous(**SMALLEST, **UNDROPPED, quantizer_dropout=0.3)
        model.compile(optimizer=keras.optimizers.SGD(0.1), run_eagerly=True, **settings)
        return model, model.train_on_batch(BATCH, return_dict=True)

    model, figures = fitted()
    _, parts = fitted(micro_batches=3)
    assert parts == pytest.approx(figures, rel=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    loaded.run_eagerly = True
    wanted = model.train_on_batch(BATCH, return_dict=True)
    assert loaded.train_on_batch(BATCH, return_dict=True) == wanted
    assert wanted["contrastive_loss"] != figures["contrastive_loss"]


def test_distractors_from_codebooks_that_are_not_there_are_refused():
    with pytest.raises(UserError, match="codebook_distractors is 5, but num_codebooks is 0"):
        _continuous(codebook_distractors=5)


def test_transformers_cannot_hold_it(tmp_path):
    from keras_w2v2.interop.huggingface import save_huggingface

    with pytest.raises(UserError, match="no continuous targets"):
        save_huggingface(_continuous(), tmp_path / "out")
    assert not (tmp_path / "out").exists()
