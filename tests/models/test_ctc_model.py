"""The CTC model: what is frozen, what is counted."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import SMALLEST, VOCABULARY, backbone, clips, ctc, labels, pretraining

from keras_w2v2 import UserError, Wav2Vec2ForCTC
from keras_w2v2.objectives.ctc import ctc_loss

BATCH = clips(1000, 700), labels([2, 3, 1, 4], [4, 4])


def _compiled(optimizer=None, **settings):
    model = ctc(**(SMALLEST | settings))
    model.compile(optimizer=optimizer or keras.optimizers.Adam(1e-2), run_eagerly=True)
    return model


def _changed(model, steps=1, batch=BATCH):
    """Trains and returns the paths of the weights that changed by a single bit."""
    before = {v.path: np.array(v) for v in model.weights}
    for _ in range(steps):
        model.train_on_batch(*batch)
    return {v.path for v in model.weights if not np.array_equal(before[v.path], v)}


def _paths(layer):
    return {v.path for v in layer.weights}


def test_the_vocabulary_gives_size_and_blank():
    model = ctc()
    assert (model.vocabulary, model.vocabulary_size, model.blank) == (VOCABULARY, 5, 0)
    assert model(clips(1000)).shape == (1, 48, 5)


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_logits_are_float32(dtype):
    model = _compiled(dtype=dtype)
    assert model(clips(1000)).dtype == tf.float32
    figures = model.train_on_batch(*BATCH, return_dict=True)
    assert np.isfinite(list(figures.values())).all()


def test_a_blank_prior_is_what_a_new_head_gives_the_blank_whatever_it_hears():
    model = ctc(vocabulary=None, vocabulary_size=5, blank=3, blank_prior=0.9)
    silent = np.zeros((1, 2, model.head.kernel.shape[0]), np.float32)
    given = keras.ops.softmax(model.head(silent), -1)
    np.testing.assert_allclose(given[0], [[0.025, 0.025, 0.025, 0.9, 0.025]] * 2, rtol=1e-5)


def test_with_a_blank_prior_training_begins_nearer_to_its_end():
    """Most frames are blank (Graves et al. 2006, figure 1), so a head that knows costs less."""
    figures = [
        _compiled(blank_prior=prior, mask_prob=0, mask_channel_prob=0).test_on_batch(
            clips(4000), labels([2, 3, 1, 4]), return_dict=True
        )
        for prior in (0.0, 0.9)
    ]
    assert figures[1]["loss"] < figures[0]["loss"] / 2


def test_the_frozen_encoder_is_the_convolutions_alone():
    model = _compiled()
    convolutions = _paths(model.backbone.feature_encoder)
    changed = _changed(model, 2)
    assert not changed & convolutions
    assert changed == _paths(model) - convolutions
    assert (
        _paths(model.backbone.feature_norm) | _paths(model.backbone.feature_projection) <= changed
    )


def test_an_unfrozen_encoder_trains():
    model = _compiled(freeze_feature_encoder=False)
    assert _changed(model, 2) == _paths(model)


def test_the_first_updates_train_the_head_alone_and_then_all_but_the_encoder():
    model = _compiled(freeze_transformer_updates=2)
    head, convolutions = _paths(model.head), _paths(model.backbone.feature_encoder)
    assert _changed(model, 2) == head
    assert _changed(model, 2) == _paths(model) - convolutions


def test_frozen_updates_are_counted_by_update_not_by_batch():
    optimizer = keras.optimizers.Adam(1e-2, gradient_accumulation_steps=2)
    model = _compiled(optimizer, freeze_transformer_updates=1)
    assert _changed(model, 2) == _paths(model.head)
    assert _changed(model, 2) > _paths(model.head)


def test_masks_are_drawn_in_training_only_and_never_when_their_share_is_0():
    model = ctc()
    inputs = clips(1000, 700)
    spans, channels = model.masks(inputs, tf.range(2), model.random.next())
    assert spans.shape == (2, 48) and channels.shape == (2, 16)
    assert np.asarray(spans).any() and not np.asarray(spans)[1, 33:].any()
    assert not np.array_equal(spans, model.masks(inputs, tf.range(2), model.random.next())[0])
    assert ctc(mask_prob=0.0, mask_channel_prob=0.0).masks(
        inputs, tf.range(2), tf.constant([0, 0])
    ) == (None, None)


def test_clips_are_masked_now_and_then_or_always():
    inputs, rows = clips(*[400] * 200), tf.range(200)  # 18 frames: 0.45 spans of 4

    def masked(least):
        model = ctc(mask_prob=0.1, mask_channel_prob=0.0, mask_min_spans=least)
        return np.asarray(model.masks(inputs, rows, model.random.next())[0]).any(axis=1).mean()

    assert masked(2) == 1
    assert masked(0) == pytest.approx(0.45, abs=0.12)


def _fixed_logits():
    """Best paths: 2 2 0 1 3 and 4 0 4 0 0 of 5 and 4 valid frames."""
    best = np.array([[2, 2, 0, 1, 3], [4, 0, 4, 0, 0]])
    return np.eye(5, dtype="float32")[best] * 4


def test_figures_are_those_counted_by_hand():
    model = ctc()
    lengths = [model.backbone.frames.samples(n) for n in (5, 4)]
    inputs, targets = clips(*lengths), labels([2, 1, 4], [4])
    found, counts = model.figures(_fixed_logits(), inputs, targets)
    arguments = (targets["labels"], targets["label_length"], np.array([5, 4]))
    losses = ctc_loss(_fixed_logits(), *arguments)
    # Hypotheses "a c"→"a b" and "cc": one substitution of 3 symbols and one insertion on 1.
    assert float(found["loss"]) == pytest.approx(float(tf.reduce_sum(losses)) / 4, rel=1e-6)
    assert float(found["blank_rate"]) == pytest.approx(3 / 9)
    assert float(found["character_error_rate"]) == pytest.approx(2 / 4)
    assert float(found["word_error_rate"]) == pytest.approx(2 / 3)
    assert float(found["impossible_labels"]) == 0
    wanted = {"loss": 4, "blank_rate": 9, "character_error_rate": 4}
    wanted |= {"word_error_rate": 3, "impossible_labels": 2}
    assert {name: float(count) for name, count in counts.items()} == wanted


def test_without_a_word_delimiter_there_is_no_word_error_rate():
    model = ctc(vocabulary_size=5)
    model.compile(optimizer="adam", run_eagerly=True)
    assert "word_error_rate" not in model.test_on_batch(*BATCH, return_dict=True)


IMPOSSIBLE = clips(65), labels([2, 2])  # two frames, and three are needed


def test_impossible_labels_are_counted_and_train_nothing():
    model = _compiled(optimizer=keras.optimizers.SGD(1.0))
    assert _changed(model, 1, IMPOSSIBLE) == set()
    figures = model.train_on_batch(*IMPOSSIBLE, return_dict=True)
    assert figures["impossible_labels"] == 1 and figures["loss"] == 0


def test_figures_of_an_epoch_are_shares_of_the_whole_epoch():
    model = _compiled()
    # One batch of two possible labels, one of one impossible: a third of the clips.
    for batch in (BATCH, IMPOSSIBLE):
        figures = {name: float(mean) for name, mean in model.test_step(batch).items()}
    assert figures["impossible_labels"] == pytest.approx(1 / 3)
    own = model.figures(model(BATCH[0]), *BATCH)[0]
    assert figures["loss"] == pytest.approx(float(own["loss"]), rel=1e-5)


@pytest.mark.parametrize("foreign", [-1, VOCABULARY.blank, len(VOCABULARY)])
def test_labels_outside_the_vocabulary_and_the_blank_are_refused(foreign):
    batch = clips(1000, 700), labels([2, 3, foreign], [4, 4])
    with pytest.raises(tf.errors.InvalidArgumentError, match="outside the vocabulary of"):
        _compiled().train_on_batch(*batch)


def test_a_head_on_a_pretrained_backbone_leaves_the_pretrained_model_alone():
    pretrained = pretraining(attention_dropout=0.3, layer_drop=0.2)
    trained = len(pretrained.trainable_variables)
    before = pretrained.backbone.get_weights()
    model = Wav2Vec2ForCTC.from_backbone(
        pretrained.backbone, vocabulary=VOCABULARY, dropout=0.2, mask_span=4, name="mine"
    )
    for one, other in zip(model.backbone.get_weights(), before, strict=True):
        assert np.array_equal(one, other)
    config = model.backbone.get_config()
    # fairseq's fine-tuning: no dropout but after the activation; the rest as it was.
    assert (config["attention_dropout"], config["input_dropout"]) == (0.0, 0.0)
    assert (config["activation_dropout"], config["dropout"], config["layer_drop"]) == (
        0.1,
        0.2,
        0.2,
    )
    assert (model.name, model.get_config()["mask_span"]) == ("mine", 4)
    model.compile(optimizer=keras.optimizers.SGD(1.0), run_eagerly=True)
    model.train_on_batch(*BATCH)
    assert len(pretrained.trainable_variables) == trained, "freezing reached it"
    for one, other in zip(pretrained.backbone.get_weights(), before, strict=True):
        assert np.array_equal(one, other)


def test_a_head_on_a_pretrained_backbone_cannot_change_the_architecture():
    with pytest.raises(UserError, match="from_backbone has no setting 'hidden_dim'"):
        Wav2Vec2ForCTC.from_backbone(backbone(), vocabulary=VOCABULARY, hidden_dim=32)
