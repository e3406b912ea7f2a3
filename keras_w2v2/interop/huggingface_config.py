"""config.json of transformers and the arguments of our models, both ways."""

import json

from keras_w2v2.errors import UserError, nearest

# Hugging Face's name -> ours. One line a field; both directions read these tables.
_BACKBONE = {
    "conv_dim": "conv_filters",
    "conv_kernel": "conv_kernels",
    "conv_stride": "conv_strides",
    "conv_bias": "conv_bias",
    "feat_extract_norm": "feature_norm",
    "hidden_size": "hidden_dim",
    "num_hidden_layers": "num_layers",
    "num_attention_heads": "num_heads",
    "intermediate_size": "intermediate_dim",
    "num_conv_pos_embeddings": "position_kernel",
    "num_conv_pos_embedding_groups": "position_groups",
    "do_stable_layer_norm": "norm_first",
    "hidden_dropout": "dropout",
    "attention_dropout": "attention_dropout",
    "activation_dropout": "activation_dropout",
    "feat_proj_dropout": "input_dropout",
    "layerdrop": "layer_drop",
}
_MASK = {
    "mask_time_prob": "mask_prob",
    "mask_time_length": "mask_span",
    "mask_time_min_masks": "mask_min_spans",
}
_PRETRAINING = {
    **_MASK,
    "num_codevector_groups": "num_codebooks",
    "num_codevectors_per_group": "codebook_size",
    "codevector_dim": "code_dim",
    "proj_codevector_dim": "projection_dim",
    "num_negatives": "num_distractors",
    "contrastive_logits_temperature": "logit_temperature",
    "diversity_loss_weight": "diversity_weight",
    "feat_quantizer_dropout": "quantizer_dropout",
}
_CTC = {
    **_MASK,
    "mask_feature_prob": "mask_channel_prob",
    "mask_feature_length": "mask_channel_span",
    "final_dropout": "final_dropout",
    "vocab_size": "vocabulary_size",
    "pad_token_id": "blank",
}
HEADS = {"Wav2Vec2ForPreTraining": _PRETRAINING, "Wav2Vec2ForCTC": _CTC}

# What config.json may leave out: the defaults of transformers' Wav2Vec2Config.
_DEFAULTS = {
    "conv_dim": [512] * 7,
    "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
    "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "conv_bias": False,
    "feat_extract_norm": "group",
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "num_conv_pos_embeddings": 128,
    "num_conv_pos_embedding_groups": 16,
    "do_stable_layer_norm": False,
    "hidden_dropout": 0.1,
    "attention_dropout": 0.1,
    "activation_dropout": 0.1,
    "feat_proj_dropout": 0.0,
    "layerdrop": 0.1,
    "mask_time_prob": 0.05,
    "mask_time_length": 10,
    "mask_time_min_masks": 2,
    "mask_feature_prob": 0.0,
    "mask_feature_length": 10,
    "num_codevector_groups": 2,
    "num_codevectors_per_group": 320,
    "codevector_dim": 256,
    "proj_codevector_dim": 256,
    "num_negatives": 100,
    "contrastive_logits_temperature": 0.1,
    "diversity_loss_weight": 0.1,
    "feat_quantizer_dropout": 0.0,
    "final_dropout": 0.1,
    "vocab_size": 32,
    "pad_token_id": 0,
}
# Behaviour that our models do not have; any other value is refused.
_ONLY = {
    "model_type": "wav2vec2",
    "hidden_act": "gelu",
    "feat_extract_activation": "gelu",
    "layer_norm_eps": 1e-5,
    "add_adapter": False,
    "adapter_attn_dim": None,
}
# Fields of ours that transformers has no name for travel in config.json under this key.
OURS = "keras_w2v2"


def task_of(config, source):
    """Returns "Wav2Vec2ForPreTraining" or "Wav2Vec2ForCTC" for a config.json dict.

    Args:
        config: dict.
        source: str, the file, for error messages.

    Raises:
        UserError: for another architecture, or behaviour that our models do not have.
    """
    architectures = config.get("architectures") or []
    if not isinstance(architectures, list):
        raise UserError(f"'{source}' has architectures={architectures!r}: expected a list of names")
    tasks = [name for name in architectures if name in HEADS]
    if not tasks:
        names = ", ".join(map(str, architectures)) or config.get("model_type", "nothing")
        raise UserError(f"'{source}' describes {names}: can load {' and '.join(HEADS)}")
    for key, wanted in _ONLY.items():
        found = config.get(key, wanted)
        if found != wanted and not (key == "adapter_attn_dim" and not found):
            raise UserError(f"'{source}' has {key}={found!r}: can load {key}={wanted!r} only")
    return tasks[0]


def arguments(config, task, source):
    """Returns (backbone arguments, head arguments) of our models for a config.json dict.

    Raises:
        UserError: for a field of the wrong type, or an unknown one under "keras_w2v2".
    """
    merged = _DEFAULTS | {k: v for k, v in config.items() if v is not None}
    backbone = {ours: _typed(theirs, merged, source) for theirs, ours in _BACKBONE.items()}
    head = {ours: _typed(theirs, merged, source) for theirs, ours in HEADS[task].items()}
    if not config.get("apply_spec_augment", True):
        head["mask_prob"] = 0.0
        if "mask_channel_prob" in head:
            head["mask_channel_prob"] = 0.0
    defaults_backbone, defaults_head = _unnamed_defaults(backbone["feature_norm"], task)
    extra = config.get(OURS, {})
    if not isinstance(extra, dict):
        raise UserError(f"'{source}' has {OURS}={extra!r}: expected an object of fields")
    # Fields of the other task are no mistake: a fine-tuned folder may keep them.
    known = [name for each in HEADS for d in _unnamed_defaults("group", each) for name in d]
    for name in extra:
        if name not in known:
            raise UserError(f"'{source}' has an unknown field {OURS}.{name}{nearest(name, known)}")
    backbone |= {k: extra.get(k, v) for k, v in defaults_backbone.items()}
    head |= {k: extra.get(k, v) for k, v in defaults_head.items()}
    return backbone, head


def config_of(model, task, origin=None):
    """Returns the config.json dict of a task model.

    Args:
        model: Wav2Vec2ForPreTraining or Wav2Vec2ForCTC.
        task: str, its class name in transformers.
        origin: dict, the config.json that the model was loaded from: what has no meaning here
            (ids of special tokens, loss reductions) is carried over from it.

    Raises:
        UserError: the model has what transformers' has not.
    """
    ours_backbone, ours_head = model.backbone.get_config(), model.get_config()
    if ours_head.get("num_codebooks") == 0:
        raise UserError(
            "transformers has no continuous targets (num_codebooks=0): fine-tune the model and "
            "write that, or pre-train with codebooks"
        )
    config = {
        "architectures": [task],
        "ctc_loss_reduction": "mean",
        "ctc_zero_infinity": True,
        "dtype": "float32",
        "num_feat_extract_layers": len(ours_backbone["conv_filters"]),
        "output_hidden_size": ours_backbone["hidden_dim"],
    }
    config |= _ONLY | {"apply_spec_augment": True}
    config |= {k: v for k, v in (origin or {}).items() if k != "transformers_version"}
    config |= {theirs: _plain(ours_backbone[ours]) for theirs, ours in _BACKBONE.items()}
    mapped = {theirs: _plain(ours_head[ours]) for theirs, ours in HEADS[task].items()}
    if task == "Wav2Vec2ForCTC":
        mapped |= {"vocab_size": model.vocabulary_size, "pad_token_id": model.blank}
    if not mapped["mask_time_prob"] and not mapped.get("mask_feature_prob"):
        mapped |= _unmasked(origin)
    config |= mapped
    config[OURS] = {}
    for defaults, ours in zip(
        _unnamed_defaults(ours_backbone["feature_norm"], task),
        (ours_backbone, ours_head),
        strict=True,
    ):
        config[OURS] |= {name: _plain(ours[name]) for name in defaults}
    return dict(sorted(config.items()))


def has_mask_embedding(config):
    """Whether transformers' model of this config has the tensor masked_spec_embed."""
    merged = _DEFAULTS | config
    return merged["mask_time_prob"] > 0 or merged["mask_feature_prob"] > 0


def _unmasked(origin):
    """The mask fields of a model that never masks.

    transformers drops the mask embedding, a trained weight, when both shares are zero; with
    apply_spec_augment off it keeps the weight and never masks. Where the model came from a
    config with zero shares, that one is written again.
    """
    names = ("apply_spec_augment", "mask_time_prob", "mask_feature_prob")
    if origin is not None:
        merged = {"apply_spec_augment": True} | _DEFAULTS | origin
        return {name: merged[name] for name in names}
    return dict(zip(names, (False, _DEFAULTS["mask_time_prob"], 0.0), strict=True))


def _unnamed_defaults(feature_norm, task):
    """Our fields without a counterpart, with the published values of BASE or LARGE."""
    base = feature_norm == "group"
    backbone = {"feature_grad_mult": 0.1 if base else 1.0}
    if task == "Wav2Vec2ForCTC":
        return backbone, {
            "freeze_feature_encoder": True,
            "freeze_transformer_updates": 0,
            "blank_prior": 0.0,
        }
    return backbone, {
        "cross_utterance_distractors": 0,
        "codebook_distractors": 0,
        "mask_inputs": True,
        "feature_penalty_weight": 10.0 if base else 0.0,
        "gumbel_start": 2.0,
        "gumbel_end": 0.5 if base else 0.1,
        "gumbel_decay": 0.999995,
    }


def _typed(name, config, source):
    """Returns config[name] in the type of its default, or raises naming the field."""
    value, default = config[name], _DEFAULTS[name]
    if isinstance(default, list):
        right = isinstance(value, list) and all(isinstance(v, int) for v in value)
        value = tuple(value) if right else value
    elif isinstance(default, (bool, str)):
        right = isinstance(value, type(default))
    elif isinstance(default, int):
        right = isinstance(value, int) and not isinstance(value, bool)
    else:
        right = isinstance(value, int | float) and not isinstance(value, bool)
        value = float(value) if right else value
    if not right:
        raise UserError(f"'{source}' has {name}={value!r}: expected something like {default!r}")
    return value


def _plain(value):
    """The value as JSON gives it back (tuples become lists)."""
    return json.loads(json.dumps(value))
