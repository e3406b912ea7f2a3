"""Settings that cannot work are refused where they enter, in one line."""

import numpy as np
import pytest
import tensorflow as tf
from small_models import SMALL, backbone, clips, ctc, labels, pretraining

from keras_w2v2 import (
    UserError,
    Wav2Vec2Backbone,
    Wav2Vec2ForCTC,
    Wav2Vec2ForPreTraining,
)

BACKBONE = [
    ({"hidden_dim": 18, "num_heads": 4, "position_groups": 2}, "hidden_dim .18. must be a mult"),
    ({"hidden_dim": 18, "num_heads": 2, "position_groups": 4}, "position_groups .4., such as 16"),
    ({"feature_norm": "batch"}, "feature_norm must be 'group' or 'layer', got 'batch'"),
    ({"num_layers": 0}, "num_layers must be an integer of at least 1, got 0"),
    ({"num_heads": 2.0}, "num_heads must be an integer"),
    ({"position_kernel": -3}, "position_kernel must be an integer of at least 1, got -3"),
    ({"conv_filters": (8, 8)}, "conv_filters, conv_kernels and conv_strides .* got 2, 3, 3"),
    ({"conv_filters": (8, 0, 8)}, "conv_filters.1. must be an integer of at least 1"),
    ({"conv_strides": (5, 0, 2)}, "conv_strides.1. must be an integer of at least 1, got 0"),
    ({"conv_filters": 5}, "conv_filters must be a list of integers, got 5"),
    ({"conv_kernels": ("a",) * 3}, "conv_kernels.0. must be an integer of at least 1, got 'a'"),
    ({"norm_first": "no"}, "norm_first must be True or False, got 'no'"),
    ({"feature_grad_mult": "x"}, "feature_grad_mult must be a number of at least 0, got 'x'"),
    ({"dropout": 1.0}, "dropout must be a number in .0, 1., got 1.0"),
    ({"layer_drop": -0.1}, "layer_drop must be a number"),
    ({"hiden_dim": 16}, "did you mean 'hidden_dim'"),
]
HEADS = [
    (pretraining, {"code_dim": 9}, "code_dim .9. must be a multiple of num_codebooks .2."),
    (pretraining, {"num_distractors": 0}, "num_distractors must be an integer of at least 1"),
    (pretraining, {"codebook_distractors": -1}, "must be an integer that is not negative, got -1"),
    (pretraining, {"mask_min_spans": -1}, "mask_min_spans must be an integer that is not neg"),
    (pretraining, {"diversity_weight": float("nan")}, "diversity_weight must be a number of at"),
    (pretraining, {"mask_prob": 1.5}, "mask_prob must be a number in"),
    (pretraining, {"logit_temperature": 0}, "logit_temperature must be a number above 0, got 0"),
    (pretraining, {"gumbel_end": 0.0}, "gumbel_end must be a number above 0"),
    (pretraining, {"codebook_sise": 8}, "did you mean 'codebook_size'"),
    (ctc, {"vocabulary": None}, "give a vocabulary .* or a vocabulary_size"),
    (ctc, {"vocabulary": ["a", "b"]}, "vocabulary must be a keras_w2v2.Vocabulary, got list"),
    (ctc, {"vocabulary_size": 4, "blank": 4}, "blank .4. must be an index below vocabulary_size"),
    (ctc, {"mask_channel_prob": -1}, "mask_channel_prob must be a number"),
    (ctc, {"freeze_transformer_updates": "x"}, "freeze_transformer_updates must be an integer"),
    (ctc, {"blank_prior": 1.0}, "blank_prior must be a number in .0, 1., got 1.0"),
    (ctc, {"freeze_encoder": True}, "did you mean 'freeze_feature_encoder'"),
]


@pytest.mark.parametrize(("settings", "message"), BACKBONE)
def test_backbone_settings_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(UserError, match=message) as error:
        backbone(**settings)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("make", "settings", "message"), HEADS)
def test_head_settings_that_do_not_fit_are_refused(make, settings, message):
    with pytest.raises(UserError, match=message) as error:
        make(**settings)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("cls", [Wav2Vec2Backbone, Wav2Vec2ForPreTraining, Wav2Vec2ForCTC])
def test_an_unknown_preset_names_the_nearest(cls):
    with pytest.raises(UserError, match="did you mean 'wav2vec2_large_lv60'"):
        cls.from_preset("wav2vec2_large_lv6")


@pytest.mark.parametrize("cls", [Wav2Vec2ForPreTraining, Wav2Vec2ForCTC])
def test_a_backbone_of_another_kind_is_refused(cls):
    with pytest.raises(UserError, match="backbone must be a Wav2Vec2Backbone, got str"):
        cls("wav2vec2_base")


def test_a_waveform_shorter_than_a_frame_is_refused():
    with pytest.raises(UserError, match="44 samples is shorter than one frame .45.") as error:
        ctc()(clips(44))
    assert "\n" not in str(error.value)  # Keras would add a page


@pytest.mark.parametrize("task", [backbone, pretraining, ctc])
def test_a_bare_waveform_is_refused(task):
    with pytest.raises(UserError, match="inputs must be a dict of 'waveform', 'length'"):
        task()(np.zeros((1, 1000), "float32"))


def test_losses_of_a_batch_without_lengths_are_refused():
    with pytest.raises(UserError, match=r"inputs must be a dict of .* got a dict of \['waveform'"):
        pretraining().compute_losses({"waveform": clips(1000)["waveform"]})


def _fit(model, *batch):
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(tf.data.Dataset.from_tensors(batch if len(batch) > 1 else batch[0]), verbose=0)


def test_a_pretraining_batch_of_another_structure_is_refused():
    message = "a pre-training batch must be a dict of 'waveform', 'length', got "
    with pytest.raises(UserError, match=message):
        _fit(pretraining(), clips(1000)["waveform"])
    with pytest.raises(UserError, match=message + r"a dict of \['waveform'\]"):
        _fit(pretraining(), {"waveform": clips(1000)["waveform"]})


def test_a_ctc_batch_of_another_structure_is_refused():
    with pytest.raises(UserError, match="first part of a CTC batch"):
        _fit(ctc(), clips(1000)["waveform"], labels([2]))
    with pytest.raises(UserError, match="second part .* 'labels', 'label_length', got NoneType"):
        _fit(ctc(), clips(1000))
    with pytest.raises(UserError, match="second part"):
        _fit(ctc(), clips(1000), {"labels": labels([2])["labels"]})


@pytest.mark.parametrize("cls", [Wav2Vec2ForPreTraining, Wav2Vec2ForCTC])
def test_presets_take_the_models_name_and_dtype(cls):
    own = {"vocabulary_size": 5} if cls is Wav2Vec2ForCTC else {}
    model = cls.from_preset("wav2vec2_tiny", **SMALL, **own, name="mine", dtype="mixed_bfloat16")
    assert model.name == "mine"
    assert model.compute_dtype == model.backbone.compute_dtype == "bfloat16"
