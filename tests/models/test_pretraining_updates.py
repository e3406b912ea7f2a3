"""What an update of pre-training does: temperature, accumulation, precision, options."""

import math

import keras
import numpy as np
import pytest
from small_models import SMALLEST, clips, pretraining

BATCH = clips(1000, 700)


def _compiled(optimizer=None, **settings):
    model = pretraining(**(SMALLEST | settings))
    model.compile(optimizer=optimizer or keras.optimizers.AdamW(1e-3), run_eagerly=True)
    return model


def _step(model, batch=BATCH):
    return model.train_on_batch(batch, return_dict=True)


@pytest.mark.parametrize("updates", [0, 1, 1000, 100_000, 270_000, 300_000, 1_000_000])
def test_the_temperature_decays_by_update_down_to_its_end(updates):
    model = _compiled(gumbel_end=0.5)
    model.optimizer.iterations.assign(updates)
    wanted = max(2 * 0.999995**updates, 0.5)
    assert float(model.temperature()) == pytest.approx(wanted, rel=1e-5)


def test_the_temperature_starts_at_2_without_an_optimizer():
    assert float(pretraining().temperature()) == 2.0


def test_with_gradient_accumulation_the_temperature_decays_by_update_not_by_batch():
    optimizer = keras.optimizers.AdamW(1e-3, gradient_accumulation_steps=3)
    model = _compiled(optimizer, gumbel_decay=0.5, gumbel_end=0.01)
    seen = []
    for _ in range(7):
        seen.append(round(float(model.temperature()), 6))
        _step(model)
    assert seen == [2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 0.5]


def test_a_keras_file_restores_the_temperature(tmp_path):
    model = _compiled(gumbel_decay=0.5, gumbel_end=0.01)
    for _ in range(2):
        _step(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert float(loaded.temperature()) == float(model.temperature()) == 0.5


@pytest.mark.parametrize(
    "settings",
    [
        {"cross_utterance_distractors": 3, "codebook_distractors": 4, "num_codebooks": 1},
        {"cross_utterance_distractors": 5, "layer_drop": 0.5, "dropout": 0.5},
        {"dtype": "mixed_bfloat16", "codebook_distractors": 5, "quantizer_dropout": 0.5},
        {"dtype": "mixed_bfloat16", "feature_norm": "layer", "norm_first": True},
    ],
    ids=str,
)
def test_every_option_trains_every_weight(settings):
    keras.utils.set_random_seed(0)
    model = _compiled(**settings)
    before = [w.copy() for w in model.get_weights()]
    figures = [_step(model) for _ in range(8)][-1]  # one in 128 runs would drop a block in each
    assert all(math.isfinite(value) for value in figures.values())
    assert figures["gradient_norm"] > 0
    weights = zip(model.weights, before, model.get_weights(), strict=True)
    assert [v.path for v, old, new in weights if np.array_equal(old, new)] == []
    assert {v.dtype for v in model.trainable_variables} == {"float32"}


def test_the_gradient_norm_is_told_without_the_scale_of_the_loss():
    norms = []
    for scale in (None, 1024.0):
        keras.utils.set_random_seed(0)
        optimizer = keras.optimizers.SGD(0.0, loss_scale_factor=scale)
        norms.append(float(_step(_compiled(optimizer))["gradient_norm"]))
    assert norms[1] == pytest.approx(norms[0], rel=1e-4)


def test_figures_of_an_epoch_weigh_batches_by_their_masked_frames():
    model = _compiled()
    batches = [clips(1000, 700), clips(400, 300)]
    parts = [model.compute_losses(batch) for batch in batches]
    weights = [float(part["masked_frames"]) for part in parts]
    wanted = np.average([float(part["contrastive_loss"]) for part in parts], weights=weights)
    found = [model.test_step(batch) for batch in batches][-1]["contrastive_loss"]
    assert float(found) == pytest.approx(wanted, rel=1e-5)
