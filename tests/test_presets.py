"""Named architectures."""

import pytest

from keras_w2v2 import UserError, Wav2Vec2Backbone, Wav2Vec2ForCTC, Wav2Vec2ForPreTraining
from keras_w2v2.models.settings import fields
from keras_w2v2.presets import PRESETS, preset, split_overrides

# Transformer layers and width: Baevski et al. 2020 section 4.2, Babu et al. 2021 table 1.
PUBLISHED = {
    "wav2vec2_base": (12, 768, 3072, 12),
    "wav2vec2_large": (24, 1024, 4096, 16),
    "wav2vec2_large_lv60": (24, 1024, 4096, 16),
    "xls_r_300m": (24, 1024, 4096, 16),
    "xls_r_1b": (48, 1280, 5120, 16),
    "xls_r_2b": (48, 1920, 7680, 16),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_presets_have_the_published_sizes(name):
    found = preset(name)
    sizes = ("num_layers", "hidden_dim", "intermediate_dim", "num_heads")
    assert tuple(found[size] for size in sizes) == PUBLISHED[name]
    assert found["conv_filters"] == (512,) * 7
    assert (found["position_kernel"], found["position_groups"]) == (128, 16)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_name_every_setting_of_the_backbone_and_only_settings_that_exist(name):
    backbone, pretraining = preset(name, "pretraining")
    assert set(backbone) == set(fields(Wav2Vec2Backbone))
    assert set(pretraining) <= set(fields(Wav2Vec2ForPreTraining))
    assert set(preset(name, "ctc")[1]) <= set(fields(Wav2Vec2ForCTC))


@pytest.mark.parametrize("name", PRESETS)
def test_widths_divide(name):
    backbone, pretraining = preset(name, "pretraining")
    assert backbone["hidden_dim"] % backbone["num_heads"] == 0
    assert backbone["hidden_dim"] % backbone["position_groups"] == 0
    assert pretraining["code_dim"] % pretraining["num_codebooks"] == 0


@pytest.mark.parametrize("name", ["wav2vec2_large_lv60", "xls_r_300m", "xls_r_1b", "xls_r_2b"])
def test_checkpoints_after_librispeech_are_layer_normalised(name):
    found = preset(name)
    assert found["feature_norm"] == "layer" and found["norm_first"] and found["conv_bias"]
    assert found["normalize_waveform"]


def test_librispeech_checkpoints_read_raw_waveforms():
    for name in ("wav2vec2_base", "wav2vec2_large"):
        found = preset(name)
        assert found["feature_norm"] == "group" and not found["norm_first"]
        assert not found["conv_bias"] and not found["normalize_waveform"]


def test_the_tiny_preset_has_at_most_3_million_parameters():
    assert Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny").count_params() <= 3_000_000


def test_a_preset_is_a_copy():
    preset("wav2vec2_base")["hidden_dim"] = 1
    preset("wav2vec2_base", "pretraining")[1]["code_dim"] = 1
    assert preset("wav2vec2_base")["hidden_dim"] == 768
    assert preset("wav2vec2_base", "pretraining")[1]["code_dim"] == 256


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(UserError, match="did you mean 'wav2vec2_base'"):
        preset("wav2vec2_bse")


def test_overrides_are_sorted_and_an_unknown_one_names_the_nearest():
    found = split_overrides({"a": 1, "b": 2}, ["a"], ["b"], "Model")
    assert found == ({"a": 1}, {"b": 2})
    with pytest.raises(UserError, match="Model has no setting 'num_layer', did you mean 'num_l"):
        split_overrides({"num_layer": 1}, ["num_layers"], ["seed"], "Model")
