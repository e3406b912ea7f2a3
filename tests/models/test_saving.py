"""A .keras file holds everything: weights, optimizer, seeds, vocabulary."""

import keras
import numpy as np
import pytest
from small_models import LAYOUTS, SMALLEST, VOCABULARY, clips, ctc, labels, pretraining

from keras_w2v2 import Wav2Vec2ForCTC, Wav2Vec2ForPreTraining

DROPPED = {"dropout": 0.3, "attention_dropout": 0.3, "input_dropout": 0.3, "layer_drop": 0.3}
INPUTS = clips(1000, 700)
TASKS = {
    "pretraining": (pretraining, {"quantizer_dropout": 0.3}, (INPUTS,)),
    "ctc": (ctc, {"final_dropout": 0.3}, (INPUTS, labels([2, 3, 1], [4]))),
}


def _model(task, **settings):
    make, own, batch = TASKS[task]
    return make(**DROPPED, **own, **settings), batch


def _reload(model, path):
    model.save(path)
    return keras.saving.load_model(path)


def _assert_same(one, other):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=a.path)


@pytest.mark.parametrize("task", TASKS)
def test_training_after_a_reload_equals_not_having_stopped(task, tmp_path):
    model, batch = _model(task, **SMALLEST)
    model.compile(optimizer=keras.optimizers.AdamW(1e-2), run_eagerly=True)
    for _ in range(2):
        model.train_on_batch(*batch)
    loaded = _reload(model, tmp_path / "model.keras")
    loaded.run_eagerly = True
    _assert_same(model.weights, loaded.weights)
    _assert_same(model.optimizer.variables, loaded.optimizer.variables)
    for _ in range(2):
        wanted = model.train_on_batch(*batch, return_dict=True)
        assert loaded.train_on_batch(*batch, return_dict=True) == wanted
    _assert_same(model.weights, loaded.weights)
    _assert_same(model.optimizer.variables, loaded.optimizer.variables)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("task", TASKS)
def test_a_config_rebuilds_the_model(task, layout):
    model, _ = _model(task, **LAYOUTS[layout], dtype="mixed_bfloat16", name="mine")
    twin = type(model).from_config(model.get_config())
    assert [w.shape for w in twin.weights] == [w.shape for w in model.weights]
    assert twin.name == "mine" and twin.compute_dtype == twin.backbone.compute_dtype == "bfloat16"
    mine, other = model.get_config(), twin.get_config()
    assert mine.keys() == other.keys()
    assert {k: v for k, v in mine.items() if k != "backbone"} == {
        k: v for k, v in other.items() if k != "backbone"
    }
    assert model.backbone.get_config() == twin.backbone.get_config()


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_logits_are_the_same_bit_for_bit_after_a_reload(dtype, tmp_path):
    model = ctc(dtype=dtype)
    loaded = _reload(model, tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(INPUTS), model(INPUTS))


def test_the_vocabulary_travels_with_the_model(tmp_path):
    loaded = _reload(ctc(), tmp_path / "model.keras")
    assert loaded.vocabulary == VOCABULARY and loaded.vocabulary.tokens == VOCABULARY.tokens


def test_masks_noise_and_dropout_go_on_where_they_were(tmp_path):
    model, (batch,) = _model("pretraining")
    model.compute_losses(batch, training=True)
    loaded = _reload(model, tmp_path / "model.keras")
    for _ in range(2):
        wanted = {k: float(v) for k, v in model.compute_losses(batch, training=True).items()}
        found = {k: float(v) for k, v in loaded.compute_losses(batch, training=True).items()}
        assert found == wanted


def test_every_seed_is_saved_once():
    model, _ = _model("pretraining")
    # Of the model, the quantizer's dropout, input and encoder dropout, and in each of two
    # blocks attention, activation and output dropout and layer drop.
    assert len(model.seed_states()) == 2 + 2 + 2 * 4


def test_weights_alone_can_be_saved_and_loaded(tmp_path):
    model, other = pretraining(seed=1), pretraining(seed=2)
    model.save_weights(tmp_path / "model.weights.h5")
    other.load_weights(tmp_path / "model.weights.h5")
    _assert_same(model.weights, other.weights)


def test_a_fine_tuned_model_starts_from_a_pretrained_backbone(tmp_path):
    loaded = _reload(pretraining(), tmp_path / "model.keras")
    assert isinstance(loaded, Wav2Vec2ForPreTraining)
    model = Wav2Vec2ForCTC(loaded.backbone, vocabulary=VOCABULARY)
    found = model.backbone(INPUTS)["hidden"]
    np.testing.assert_array_equal(found, pretraining().backbone(INPUTS)["hidden"])
