import argparse
import builtins
import pickle

import numpy as np
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.interop import load_fairseq
from keras_w2v2.interop.fairseq_pickle import plain

torch = pytest.importorskip("torch", reason="fairseq checkpoints are PyTorch files")

ARCHITECTURE = {
    "conv_feature_layers": "[(12, 10, 5)] + [(12, 3, 2)] * 2 + [(8, 2, 2)]",
    "encoder_embed_dim": 16,
    "encoder_layers": 2,
    "encoder_attention_heads": 2,
    "encoder_ffn_embed_dim": 24,
    "conv_pos": 6,
    "conv_pos_groups": 4,
    "latent_vars": 5,
    "final_dim": 8,
    "quantize_targets": True,
    "dropout": 0.15,
    "dropout_input": 0.25,
    "dropout_features": 0.35,
    "encoder_layerdrop": 0.05,
    "feature_grad_mult": 0.1,
    "mask_prob": 0.6,
    "cross_sample_negatives": 3,
    "latent_temp": "(2.0, 0.1, 0.999)",
    "activation_fn": "gelu",
}
LARGE = {"extractor_mode": "layer_norm", "layer_norm_first": True, "conv_bias": True}


def state(architecture, prefix=""):
    """Random tensors under fairseq's own names."""
    generator = np.random.default_rng(3)
    large = architecture.get("extractor_mode") == "layer_norm"
    shapes, channels = {}, 1
    for i, (filters, kernel) in enumerate([(12, 10), (12, 3), (12, 3), (8, 2)]):
        layer = f"feature_extractor.conv_layers.{i}"
        shapes[f"{layer}.0.weight"] = (filters, channels, kernel)
        if large:
            shapes |= {f"{layer}.0.bias": (filters,)}
            shapes |= {f"{layer}.2.1.{part}": (filters,) for part in ("weight", "bias")}
        elif i == 0:
            shapes |= {f"{layer}.2.{part}": (filters,) for part in ("weight", "bias")}
        channels = filters
    linear = {"post_extract_proj": (16, 8)}
    norms = {"layer_norm": 8, "encoder.layer_norm": 16}
    for i in range(2):
        block = f"encoder.layers.{i}"
        linear |= {f"{block}.self_attn.{n}_proj": (16, 16) for n in ("q", "k", "v", "out")}
        linear |= {f"{block}.fc1": (24, 16), f"{block}.fc2": (16, 24)}
        norms |= {f"{block}.self_attn_layer_norm": 16, f"{block}.final_layer_norm": 16}
    if not prefix:
        linear |= {"quantizer.weight_proj": (10, 8), "project_q": (8, 8), "final_proj": (8, 16)}
        shapes["quantizer.vars"] = (1, 10, 4)
    for name, (rows, columns) in linear.items():
        shapes |= {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}
    for name, width in norms.items():
        shapes |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    shapes |= {"mask_emb": (16,), "encoder.pos_conv.0.bias": (16,)}
    shapes |= {"encoder.pos_conv.0.weight_g": (1, 1, 6), "encoder.pos_conv.0.weight_v": (16, 4, 6)}
    return {
        prefix + name: torch.tensor(generator.normal(size=shape), dtype=torch.float32)
        for name, shape in shapes.items()
    }


@pytest.fixture
def pretrained(tmp_path):
    def write(changes=None, **content):
        architecture = ARCHITECTURE | (changes or {})
        cfg = {
            "model": architecture,
            "task": {"normalize": True},
            "criterion": {"loss_weights": [0.2, 5.0]},
        }
        file = tmp_path / "pretrained.pt"
        torch.save({"cfg": cfg, "args": None, "model": state(architecture)} | content, file)
        return file

    return write


@pytest.mark.parametrize("layout", [{}, LARGE], ids=["base", "large"])
def test_every_tensor_lands_in_its_variable(pretrained, layout):
    file = pretrained(layout)
    tensors = {k: v.numpy() for k, v in state(ARCHITECTURE | layout).items()}
    model = load_fairseq(file)
    backbone, block = model.backbone, model.backbone.blocks[1]
    pairs = {
        "mask_emb": backbone.mask_embedding,
        "layer_norm.weight": backbone.feature_norm.gamma,
        "encoder.layer_norm.bias": backbone.encoder_norm.beta,
        "encoder.layers.1.self_attn_layer_norm.weight": block.attention_norm.gamma,
        "encoder.layers.1.final_layer_norm.bias": block.output_norm.beta,
        "final_proj.bias": model.project_context.bias,
        "project_q.bias": model.project_target.bias,
    }
    for name, variable in pairs.items():
        np.testing.assert_array_equal(tensors[name], variable, err_msg=name)
    transposed = {
        "feature_extractor.conv_layers.2.0.weight": backbone.feature_encoder.blocks[2].kernel,
        "post_extract_proj.weight": backbone.feature_projection.kernel,
        "encoder.layers.1.self_attn.v_proj.weight": block.attention.value.kernel,
        "encoder.layers.1.fc2.weight": block.outer.kernel,
        "encoder.pos_conv.0.weight_v": backbone.position.direction,
        "encoder.pos_conv.0.weight_g": backbone.position.gain,
        "quantizer.weight_proj.weight": model.quantizer.projection.kernel,
    }
    for name, variable in transposed.items():
        np.testing.assert_array_equal(tensors[name].T, variable, err_msg=name)
    np.testing.assert_array_equal(
        tensors["quantizer.vars"].reshape(2, 5, 4), model.quantizer.codebook
    )


def test_settings_arrive(pretrained):
    model = load_fairseq(pretrained(LARGE))
    backbone, head = model.backbone.get_config(), model.get_config()
    assert tuple(backbone["conv_kernels"]) == (10, 3, 3, 2)
    assert tuple(backbone["conv_strides"]) == (5, 2, 2, 2)
    assert (backbone["feature_norm"], backbone["norm_first"]) == ("layer", True)
    assert (backbone["dropout"], backbone["input_dropout"]) == (0.15, 0.25)
    assert (backbone["layer_drop"], backbone["feature_grad_mult"]) == (0.05, 0.1)
    assert backbone["normalize_waveform"] is True
    assert (head["gumbel_start"], head["gumbel_end"], head["gumbel_decay"]) == (2.0, 0.1, 0.999)
    assert (head["diversity_weight"], head["feature_penalty_weight"]) == (0.2, 5.0)
    assert (head["mask_prob"], head["quantizer_dropout"]) == (0.6, 0.35)
    assert (head["cross_utterance_distractors"], head["code_dim"]) == (3, 8)


def test_old_checkpoints_with_a_namespace_load(pretrained):
    args = argparse.Namespace(**ARCHITECTURE, normalize=False)
    model = load_fairseq(pretrained(cfg=None, args=args))
    assert model.backbone.normalize_waveform is False


@pytest.fixture
def finetuned(tmp_path):
    tensors = state(ARCHITECTURE, "w2v_encoder.w2v_model.")
    tensors["w2v_encoder.proj.weight"] = torch.arange(112.0).reshape(7, 16)
    tensors["w2v_encoder.proj.bias"] = torch.arange(7.0)
    settings = {
        "w2v_path": "elsewhere.pt",
        "w2v_args": {"model": ARCHITECTURE, "task": {"normalize": False}},
        "dropout": 0.0,
        "layerdrop": 0.2,
        "final_dropout": 0.05,
        "apply_mask": True,
        "mask_prob": 0.4,
        "mask_channel_prob": 0.3,
        "mask_channel_length": 4,
        "freeze_finetune_updates": 100,
        "feature_grad_mult": 0.0,
    }
    cfg = {"model": settings, "task": {"normalize": False}, "criterion": {}}
    torch.save({"cfg": cfg, "model": tensors}, tmp_path / "finetuned.pt")
    return tmp_path / "finetuned.pt"


def test_a_finetuned_checkpoint_reads_its_dictionary(finetuned):
    (finetuned.parent / "dict.ltr.txt").write_text("| 94802\nE 51860\nT 38431\n")
    model = load_fairseq(finetuned)
    assert model.vocabulary.tokens == ("<s>", "<pad>", "</s>", "<unk>", "|", "E", "T")
    assert (model.blank, model.vocabulary.word_delimiter) == (0, 4)
    np.testing.assert_array_equal(model.head.kernel, np.arange(112.0).reshape(7, 16).T)
    backbone, head = model.backbone.get_config(), model.get_config()
    assert (backbone["dropout"], backbone["layer_drop"]) == (0.0, 0.2)
    assert (head["mask_prob"], head["mask_channel_prob"], head["mask_channel_span"]) == (
        0.4,
        0.3,
        4,
    )
    assert (head["final_dropout"], head["freeze_transformer_updates"]) == (0.05, 100)
    assert head["freeze_feature_encoder"] is True


def test_a_missing_dictionary_warns_and_a_wrong_one_is_refused(finetuned):
    with pytest.warns(UserWarning, match="vocabulary"):
        assert load_fairseq(finetuned).vocabulary_size == 7
    (finetuned.parent / "dict.ltr.txt").write_text("| 1\n")
    with pytest.raises(UserError, match="1 symbols"):
        load_fairseq(finetuned)


@pytest.mark.parametrize(
    "name, value",
    [
        ("encoder_layers", "x"),
        ("encoder_layers", [2]),
        ("conv_feature_layers", "[(8, 3)]"),
        ("conv_feature_layers", 3),
        ("latent_temp", "(2, 0.5)"),
        ("latent_temp", ["x", 1, 1]),
        ("latent_temp", 3),
    ],
)
def test_a_setting_of_another_type_gets_one_line(pretrained, name, value):
    with pytest.raises(UserError, match=name) as caught:
        load_fairseq(pretrained({name: value}))
    assert "\n" not in str(caught.value)


class Trap:
    def __reduce__(self):
        return (builtins.exec, ("raise SystemExit('a checkpoint ran code')",))


def test_a_checkpoint_cannot_run_code(pretrained):
    model = load_fairseq(pretrained(extra_state=Trap()))
    assert type(model).__name__ == "Wav2Vec2ForPreTraining"


def test_omegaconf_nodes_and_enumerations_become_plain_values():
    from keras_w2v2.interop.fairseq_pickle import Record

    leaf, node = Record(), Record()
    leaf.__setstate__({"_val": 3, "_metadata": None})
    node.__setstate__({"_content": {"encoder_layers": leaf, "mode": Record("layer_norm")}})
    assert plain({"model": node}) == {"model": {"encoder_layers": 3, "mode": "layer_norm"}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"activation_fn": "relu"}, "activation_fn"),
        ({"layer_type": "conformer"}, "layer_type"),
        ({"quantize_targets": False}, "quantizer"),
        ({"conv_feature_layers": "__import__('os').getcwd()"}, "unreadable setting"),
        ({"encoder_layers": 3}, "lacks"),
        ({"encoder_layers": 1}, "unexpected"),
        ({"encoder_ffn_embed_dim": 25}, "shape"),
    ],
)
def test_another_architecture_gets_one_line(pretrained, changes, words):
    file = pretrained(changes)
    with pytest.raises(UserError, match=words) as caught:
        load_fairseq(file)
    assert "\n" not in str(caught.value)


def test_other_files_get_one_line(tmp_path, pretrained):
    with pytest.raises(UserError, match="no file"):
        load_fairseq(tmp_path / "none.pt")
    (tmp_path / "text.pt").write_text("not a checkpoint")
    with pytest.raises(UserError, match="cannot read"):
        load_fairseq(tmp_path / "text.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(UserError, match="not a fairseq checkpoint"):
        load_fairseq(tmp_path / "list.pt")
    whole = pretrained()
    (tmp_path / "half.pt").write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(UserError, match="cannot read"):
        load_fairseq(tmp_path / "half.pt")
    (tmp_path / "pickle.pt").write_bytes(pickle.dumps({"model": {}}))
    with pytest.raises(UserError):
        load_fairseq(tmp_path / "pickle.pt")


def test_without_torch_the_error_says_why_and_what_to_install(pretrained, monkeypatch):
    file, real_import = pretrained(), builtins.__import__

    def no_torch(name, *args, **kwargs):
        if name == "torch":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_torch)
    with pytest.raises(UserError, match=r"PyTorch file: .*keras-w2v2\[fairseq\]"):
        load_fairseq(file)
