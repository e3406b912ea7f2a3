import json
import warnings

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from keras_w2v2.errors import UserError
from keras_w2v2.interop import load_huggingface, save_huggingface


@pytest.mark.parametrize("layout", ["base", "large"])
@pytest.mark.parametrize("task", ["PreTraining", "CTC"])
def test_tensors_survive_the_round_trip_bit_for_bit(write_folder, tmp_path, task, layout):
    folder, tensors, _ = write_folder(task, layout)
    model = load_huggingface(folder)
    assert type(model).__name__ == f"Wav2Vec2For{task}"
    save_huggingface(model, tmp_path / "again")
    again = load_file(tmp_path / "again" / "model.safetensors")
    assert again.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(again[name], tensor, err_msg=name)


def test_the_older_names_of_weight_norm_give_the_same_weights(write_folder):
    folder, tensors, _ = write_folder("CTC")
    new = load_huggingface(folder).get_weights()
    old = {
        name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): tensor
        for name, tensor in tensors.items()
    }
    assert old.keys() != tensors.keys()
    save_file(old, folder / "model.safetensors")
    for a, b in zip(new, load_huggingface(folder).get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_shards_with_an_index_load_like_one_file(write_folder):
    folder, tensors, _ = write_folder("CTC")
    whole = load_huggingface(folder).get_weights()
    names, places = sorted(tensors), {}
    for number, part in enumerate((names[:9], names[9:])):
        file = f"model-{number}.safetensors"
        save_file({name: tensors[name] for name in part}, folder / file)
        places |= dict.fromkeys(part, file)
    (folder / "model.safetensors").unlink()
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    for a, b in zip(whole, load_huggingface(folder).get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_half_precision_weights_load_as_float32(write_folder):
    import ml_dtypes

    folder, tensors, _ = write_folder("CTC")
    rounded = {name: t.astype(ml_dtypes.bfloat16) for name, t in tensors.items()}
    _write_bfloat16(rounded, folder / "model.safetensors")
    head = load_huggingface(folder).head.kernel
    assert head.dtype == "float32"
    np.testing.assert_array_equal(head, rounded["lm_head.weight"].astype("float32").T)


def _write_bfloat16(tensors, path):
    header, data = {}, b""
    for name, tensor in tensors.items():
        content = tensor.tobytes()
        header[name] = {
            "dtype": "BF16",
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def test_every_regularization_mask_and_loss_field_arrives_and_returns(write_folder, tmp_path):
    given = {
        "hidden_dropout": 0.11,
        "attention_dropout": 0.12,
        "activation_dropout": 0.13,
        "feat_proj_dropout": 0.14,
        "feat_quantizer_dropout": 0.15,
        "layerdrop": 0.16,
        "mask_time_prob": 0.61,
        "mask_time_length": 7,
        "mask_time_min_masks": 3,
        "num_negatives": 13,
        "contrastive_logits_temperature": 0.2,
        "diversity_loss_weight": 0.3,
    }
    folder, _, _ = write_folder("PreTraining", **given)
    model = load_huggingface(folder)
    backbone, head = model.backbone.get_config(), model.get_config()
    assert (backbone["dropout"], backbone["attention_dropout"]) == (0.11, 0.12)
    assert (backbone["activation_dropout"], backbone["input_dropout"]) == (0.13, 0.14)
    assert (backbone["layer_drop"], head["quantizer_dropout"]) == (0.16, 0.15)
    assert (head["mask_prob"], head["mask_span"], head["mask_min_spans"]) == (0.61, 7, 3)
    assert (head["num_distractors"], head["logit_temperature"]) == (13, 0.2)
    assert head["diversity_weight"] == 0.3
    save_huggingface(model, tmp_path / "again")
    written = json.loads((tmp_path / "again" / "config.json").read_text())
    assert {name: written[name] for name in given} == given


def test_ctc_fields_arrive_and_return(write_folder, tmp_path):
    given = {
        "final_dropout": 0.21,
        "mask_time_prob": 0.31,
        "mask_time_length": 9,
        "mask_feature_prob": 0.41,
        "mask_feature_length": 11,
        "pad_token_id": 2,
        "ctc_loss_reduction": "mean",
        "bos_token_id": 5,
    }
    folder, _, _ = write_folder("CTC", **given)
    model = load_huggingface(folder)
    head = model.get_config()
    assert (head["final_dropout"], head["mask_prob"], head["mask_span"]) == (0.21, 0.31, 9)
    assert (head["mask_channel_prob"], head["mask_channel_span"]) == (0.41, 11)
    assert model.blank == 2
    save_huggingface(model, tmp_path / "again")
    written = json.loads((tmp_path / "again" / "config.json").read_text())
    assert {name: written[name] for name in given} == given


def test_our_own_fields_travel_in_config_json(write_folder, tmp_path):
    folder, _, _ = write_folder(
        "PreTraining", keras_w2v2={"gumbel_end": 0.25, "feature_grad_mult": 0.5}
    )
    save_huggingface(load_huggingface(folder), tmp_path / "again")
    again = load_huggingface(tmp_path / "again")
    assert again.get_config()["gumbel_end"] == 0.25
    assert again.backbone.get_config()["feature_grad_mult"] == 0.5


@pytest.mark.parametrize(
    "masking",
    [
        {"apply_spec_augment": False, "mask_time_prob": 0.05},
        {"mask_time_prob": 0.0, "mask_feature_prob": 0.0},
    ],
)
def test_a_model_that_never_masks_stays_one(write_folder, tmp_path, masking):
    folder, tensors, config = write_folder("CTC", **masking)
    if not config["mask_time_prob"]:  # transformers then has no mask embedding
        del tensors["wav2vec2.masked_spec_embed"]
        save_file(tensors, folder / "model.safetensors")
    model = load_huggingface(folder)
    assert model.get_config()["mask_prob"] == 0
    save_huggingface(model, tmp_path / "again")
    assert load_file(tmp_path / "again" / "model.safetensors").keys() == tensors.keys()
    written = json.loads((tmp_path / "again" / "config.json").read_text())
    assert {name: written[name] for name in masking} == masking


def test_normalization_comes_from_the_argument_then_the_file_then_a_warning(write_folder):
    folder, _, _ = write_folder("CTC")
    assert load_huggingface(folder).backbone.normalize_waveform is True
    assert load_huggingface(folder, normalize_waveform=False).backbone.normalize_waveform is False
    (folder / "preprocessor_config.json").unlink()
    with pytest.warns(UserWarning, match="normalize_waveform=True"):
        assert load_huggingface(folder).backbone.normalize_waveform is False


def test_the_vocabulary_is_ordered_by_id_and_its_blank_is_the_pad_token(write_folder):
    folder, _, _ = write_folder("CTC", pad_token_id=3)
    ids = {"A": 2, "B": 1, "#": 0, "[PAD]": 3, "[UNK]": 4}
    (folder / "vocab.json").write_text(json.dumps(ids))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"word_delimiter_token": {"content": "#"}, "unk_token": "[UNK]"})
    )
    vocabulary = load_huggingface(folder).vocabulary
    assert vocabulary.tokens[:5] == ("#", "B", "A", "[PAD]", "[UNK]")
    assert (vocabulary.word_delimiter, vocabulary.blank, vocabulary.unknown) == (0, 3, 4)
    assert len(vocabulary) == 7  # the head is wider than the vocabulary


def test_added_tokens_fill_the_vocabulary(write_folder):
    folder, _, _ = write_folder("CTC")
    (folder / "vocab.json").write_text('{"<pad>": 0, "|": 1, "A": 2, "B": 3, "C": 4}')
    (folder / "added_tokens.json").write_text('{"<s>": 5, "</s>": 6, "<far>": 9}')
    assert load_huggingface(folder).vocabulary.tokens[5:] == ("<s>", "</s>")


def test_a_ctc_folder_without_vocabulary_still_gives_logits(write_folder):
    folder, _, _ = write_folder("CTC")
    (folder / "vocab.json").unlink()
    model = load_huggingface(folder)
    assert model.vocabulary is None and model.vocabulary_size == 7


def test_the_written_vocabulary_reads_back_the_same(write_folder, tmp_path):
    folder, _, _ = write_folder("CTC")
    model = load_huggingface(folder)
    save_huggingface(model, tmp_path / "again")
    assert load_huggingface(tmp_path / "again").vocabulary == model.vocabulary


@pytest.mark.parametrize("unknown", [None, "[UNK]", "<unk>"])
def test_the_unknown_token_arrives_whatever_its_name(tmp_path, unknown):
    from keras_w2v2 import Vocabulary
    from keras_w2v2.interop.huggingface_text import read_vocabulary, write_vocabulary

    tokens = ["[PAD]", "|", "A", unknown or "<s>"]
    vocabulary = Vocabulary(tokens, blank="[PAD]", unknown=unknown)
    write_vocabulary(vocabulary, tmp_path)
    assert read_vocabulary(tmp_path, len(tokens), 0) == vocabulary


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"architectures": ["BertModel"], "model_type": "bert"}, "BertModel"),
        ({"architectures": ["HubertForCTC"], "model_type": "hubert"}, "HubertForCTC"),
        ({"model_type": "wav2vec2-conformer"}, "model_type"),
        ({"hidden_act": "relu"}, "hidden_act"),
        ({"add_adapter": True}, "add_adapter"),
        ({"adapter_attn_dim": 16}, "adapter_attn_dim"),
        ({"layer_norm_eps": 1e-12}, "layer_norm_eps"),
        ({"hidden_size": "sixteen"}, "hidden_size"),
        ({"hidden_size": 15}, "multiple"),
        ({"intermediate_size": 25}, "shape"),
        ({"num_hidden_layers": 3}, "lacks"),
        ({"num_hidden_layers": 1}, "unexpected"),
        ({"keras_w2v2": {"feature_grad_mul": 1.0}}, "did you mean 'feature_grad_mult'"),
        ({"keras_w2v2": {"feature_grad_mult": "x"}}, "feature_grad_mult must be a number"),
        ({"keras_w2v2": {"freeze_transformer_updates": "x"}}, "freeze_transformer_updates must"),
        ({"keras_w2v2": 3}, "keras_w2v2=3: expected an object"),
        ({"architectures": 3}, "architectures=3: expected a list"),
    ],
)
def test_another_architecture_gets_one_line(write_folder, change, words):
    folder, _, config = write_folder("CTC")
    (folder / "config.json").write_text(json.dumps(config | change))
    _refused(folder, words)


@pytest.mark.parametrize("name", ["config.json", "vocab.json", "preprocessor_config.json"])
def test_unreadable_json_gets_one_line(write_folder, name):
    folder, _, _ = write_folder("CTC")
    (folder / name).write_text('{"a": ')
    _refused(folder, name)


@pytest.mark.parametrize(
    "vocabulary", [{"eng": {"a": 0}}, {"a": 0, "b": 0}, {"a": 99}, {"a": -1}, {}]
)
def test_a_vocabulary_that_does_not_fit_gets_one_line(write_folder, vocabulary):
    folder, _, _ = write_folder("CTC")
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    _refused(folder, "vocab.json")


def test_missing_and_truncated_files_get_one_line(write_folder, tmp_path):
    folder, _, _ = write_folder("CTC")
    _refused(tmp_path / "nowhere", "nowhere': give a folder with config.json and its weights$")
    _refused("facebook/wav2vec2-base", "'hf download facebook/wav2vec2-base --local-dir wav2vec2")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    _refused(folder, "model.safetensors")
    weights.unlink()
    _refused(folder, "no weights")
    (folder / "config.json").unlink()
    _refused(folder, "config.json")


@pytest.mark.parametrize("content", [{}, {"weight_map": 3}, {"weight_map": {"a": 3}}])
def test_an_index_of_parts_without_its_map_gets_one_line(write_folder, content):
    folder, _, _ = write_folder("CTC")
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps(content))
    _refused(folder, "must hold a weight_map")


def test_a_tokenizer_token_of_another_type_is_none_of_the_vocabulary(write_folder):
    folder, _, _ = write_folder("CTC")
    settings = {"word_delimiter_token": ["x"], "unk_token": 3}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    vocabulary = load_huggingface(folder).vocabulary
    assert vocabulary.word_delimiter is None and vocabulary.unknown is None


def _refused(folder, words):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(UserError, match=words) as caught:
            load_huggingface(folder)
    assert "\n" not in str(caught.value)


def test_saving_replaces_a_model_folder_and_spares_any_other(write_folder, tmp_path):
    folder, _, _ = write_folder("CTC")
    model = load_huggingface(folder)
    save_huggingface(model, folder)
    assert load_huggingface(folder).vocabulary == model.vocabulary
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter.txt").write_text("words")
    with pytest.raises(UserError, match="remove it"):
        save_huggingface(model, precious)
    assert [p.name for p in precious.iterdir()] == ["chapter.txt"]


def test_a_failed_save_leaves_nothing_behind(write_folder, tmp_path, monkeypatch):
    from keras_w2v2.interop import huggingface_text

    def full_disk(*args):
        raise OSError(28, "No space left on device")

    folder, _, _ = write_folder("CTC")
    model = load_huggingface(folder)
    monkeypatch.setattr(huggingface_text, "write_json", full_disk)
    with pytest.raises(UserError, match="No space left"):
        save_huggingface(model, tmp_path / "out")
    assert {p.name for p in tmp_path.iterdir()} == {"source"}
