"""Hugging Face folders written by hand: the names are transformers' own, not our table's."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

SMALL = {
    "model_type": "wav2vec2",
    "conv_dim": [12, 12, 8],
    "conv_kernel": [10, 3, 2],
    "conv_stride": [5, 2, 2],
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "num_conv_pos_embeddings": 6,
    "num_conv_pos_embedding_groups": 4,
    "num_codevectors_per_group": 5,
    "codevector_dim": 8,
    "proj_codevector_dim": 6,
    "vocab_size": 7,
    "pad_token_id": 0,
}
LAYOUTS = {
    "base": {"feat_extract_norm": "group", "do_stable_layer_norm": False, "conv_bias": False},
    "large": {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True},
}
VOCABULARY = {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "|": 4, "A": 5, "B": 6}


def shapes(config):
    """Names and shapes of every tensor that transformers 5 writes for a config."""
    width, inner = config["hidden_size"], config["intermediate_size"]
    found, channels = {}, 1
    for i, (filters, kernel) in enumerate(
        zip(config["conv_dim"], config["conv_kernel"], strict=True)
    ):
        name = f"wav2vec2.feature_extractor.conv_layers.{i}"
        found[f"{name}.conv.weight"] = (filters, channels, kernel)
        if config["conv_bias"]:
            found[f"{name}.conv.bias"] = (filters,)
        if i == 0 or config["feat_extract_norm"] == "layer":
            found |= {f"{name}.layer_norm.{part}": (filters,) for part in ("weight", "bias")}
        channels = filters
    taps, groups = config["num_conv_pos_embeddings"], config["num_conv_pos_embedding_groups"]
    position = "wav2vec2.encoder.pos_conv_embed.conv"
    found |= {
        "wav2vec2.masked_spec_embed": (width,),
        "wav2vec2.feature_projection.layer_norm.weight": (channels,),
        "wav2vec2.feature_projection.layer_norm.bias": (channels,),
        "wav2vec2.feature_projection.projection.weight": (width, channels),
        "wav2vec2.feature_projection.projection.bias": (width,),
        f"{position}.bias": (width,),
        f"{position}.parametrizations.weight.original0": (1, 1, taps),
        f"{position}.parametrizations.weight.original1": (width, width // groups, taps),
        "wav2vec2.encoder.layer_norm.weight": (width,),
        "wav2vec2.encoder.layer_norm.bias": (width,),
    }
    for i in range(config["num_hidden_layers"]):
        block = f"wav2vec2.encoder.layers.{i}"
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            found[f"{block}.attention.{name}.weight"] = (width, width)
            found[f"{block}.attention.{name}.bias"] = (width,)
        for name in ("layer_norm", "final_layer_norm"):
            found |= {f"{block}.{name}.{part}": (width,) for part in ("weight", "bias")}
        found |= {
            f"{block}.feed_forward.intermediate_dense.weight": (inner, width),
            f"{block}.feed_forward.intermediate_dense.bias": (inner,),
            f"{block}.feed_forward.output_dense.weight": (width, inner),
            f"{block}.feed_forward.output_dense.bias": (width,),
        }
    if config["architectures"] == ["Wav2Vec2ForCTC"]:
        return found | {
            "lm_head.weight": (config["vocab_size"], width),
            "lm_head.bias": (config["vocab_size"],),
        }
    entries, codes = 2 * config["num_codevectors_per_group"], config["codevector_dim"]
    projected = config["proj_codevector_dim"]
    return found | {
        "quantizer.codevectors": (1, entries, codes // 2),
        "quantizer.weight_proj.weight": (entries, channels),
        "quantizer.weight_proj.bias": (entries,),
        "project_q.weight": (projected, codes),
        "project_q.bias": (projected,),
        "project_hid.weight": (projected, width),
        "project_hid.bias": (projected,),
    }


@pytest.fixture
def write_folder(tmp_path):
    """Function (task, layout, name="source", **config) -> (folder, tensors, config)."""

    def write(task, layout="base", name="source", **changes):
        config = SMALL | LAYOUTS[layout] | {"architectures": [f"Wav2Vec2For{task}"]} | changes
        generator = np.random.default_rng(7)
        tensors = {
            key: generator.normal(size=shape).astype("float32")
            for key, shape in shapes(config).items()
        }
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "preprocessor_config.json").write_text('{"do_normalize": true}')
        if task == "CTC":
            (folder / "vocab.json").write_text(json.dumps(VOCABULARY))
        save_file(tensors, folder / "model.safetensors")
        return folder, tensors, config

    return write
