"""Named architectures, each with its source."""

from keras_w2v2.errors import UserError, nearest

# wav2vec 2.0 BASE: Baevski et al. 2020, section 4.2; fairseq wav2vec2_base_librispeech.yaml.
_BASE = {
    "backbone": {
        "conv_filters": (512,) * 7,
        "conv_kernels": (10, 3, 3, 3, 3, 2, 2),
        "conv_strides": (5, 2, 2, 2, 2, 2, 2),
        "conv_bias": False,
        "feature_norm": "group",
        "hidden_dim": 768,
        "num_layers": 12,
        "num_heads": 12,
        "intermediate_dim": 3072,
        "position_kernel": 128,
        "position_groups": 16,
        "norm_first": False,
        "normalize_waveform": False,
        "dropout": 0.1,
        "attention_dropout": 0.1,
        "activation_dropout": 0.0,
        "input_dropout": 0.1,
        "layer_drop": 0.05,
        "feature_grad_mult": 0.1,
        "recompute": False,
    },
    "pretraining": {
        "num_codebooks": 2,
        "codebook_size": 320,
        "code_dim": 256,
        "projection_dim": 256,
        "feature_penalty_weight": 10.0,
        "gumbel_end": 0.5,
        "quantizer_dropout": 0.1,
    },
    "ctc": {},
}


def _variant(base, backbone, pretraining=None, ctc=None):
    return {
        "backbone": base["backbone"] | backbone,
        "pretraining": base["pretraining"] | (pretraining or {}),
        "ctc": base["ctc"] | (ctc or {}),
    }


# wav2vec 2.0 LARGE on LibriSpeech: BASE's layout, wider and deeper (paper, section 4.2).
_LARGE = _variant(
    _BASE,
    {
        "hidden_dim": 1024,
        "num_layers": 24,
        "num_heads": 16,
        "intermediate_dim": 4096,
        "layer_drop": 0.2,
        "feature_grad_mult": 0.03,
    },
    {"code_dim": 768, "projection_dim": 768, "gumbel_end": 0.1},
)

# LARGE on LibriVox 60k h: fairseq wav2vec2_large_librivox.yaml.
_LARGE_LV60 = _variant(
    _LARGE,
    {
        "conv_bias": True,
        "feature_norm": "layer",
        "norm_first": True,
        "normalize_waveform": True,
        "dropout": 0.0,
        "attention_dropout": 0.0,
        "input_dropout": 0.0,
        "layer_drop": 0.0,
        "feature_grad_mult": 1.0,
    },
    {"feature_penalty_weight": 0.0, "quantizer_dropout": 0.0},
)


def _xls_r(num_layers, hidden_dim, intermediate_dim, code_dim):
    return _variant(
        _LARGE_LV60,
        {
            "num_layers": num_layers,
            "hidden_dim": hidden_dim,
            "intermediate_dim": intermediate_dim,
        },
        {"code_dim": code_dim, "projection_dim": code_dim},
    )


# Small enough for a laptop's CPU and a demo: narrow, shallow, BASE's layout and frame rate.
_TINY = _variant(
    _BASE,
    {
        "conv_filters": (96, 96, 128, 128, 128, 160, 160),
        "hidden_dim": 192,
        "num_layers": 4,
        "num_heads": 4,
        "intermediate_dim": 512,
        "position_kernel": 32,
        "position_groups": 8,
        "dropout": 0.05,
        "attention_dropout": 0.05,
        "input_dropout": 0.05,
        "layer_drop": 0.0,
        "feature_grad_mult": 0.3,
    },
    {"codebook_size": 64, "code_dim": 96, "projection_dim": 96, "quantizer_dropout": 0.05},
    {"mask_prob": 0.3, "mask_channel_prob": 0.1, "mask_channel_span": 16},
)

PRESETS = {
    "wav2vec2_tiny": _TINY,
    "wav2vec2_base": _BASE,
    "wav2vec2_large": _LARGE,
    "wav2vec2_large_lv60": _LARGE_LV60,
    # XLS-R: Babu et al. 2021, table 1; sizes as in torchaudio's wav2vec2 model builders.
    "xls_r_300m": _xls_r(24, 1024, 4096, 768),
    "xls_r_1b": _xls_r(48, 1280, 5120, 1024),
    "xls_r_2b": _xls_r(48, 1920, 7680, 1024),
}


def preset(name, task=None):
    """Returns the keyword arguments of a named architecture.

    Args:
        name: str, a key of `PRESETS`.
        task: None for the backbone alone, "pretraining" or "ctc" for its head too.

    Returns:
        dict of the backbone's arguments, or with a task a pair (backbone's, head's).

    Raises:
        UserError: when there is no such preset; it names the nearest.
    """
    if name not in PRESETS:
        raise UserError(
            f"no preset '{name}'{nearest(name, PRESETS)} (presets: {', '.join(PRESETS)})"
        )
    found = PRESETS[name]
    return dict(found["backbone"]) if task is None else (dict(found["backbone"]), dict(found[task]))


def split_overrides(overrides, backbone_fields, head_fields, owner):
    """Sorts keyword overrides into the backbone's and the head's.

    Args:
        overrides: dict of name to value.
        backbone_fields, head_fields: the names that each takes.
        owner: str, named in the error.

    Raises:
        UserError: for a name that neither takes; it names the nearest.
    """
    for name in overrides:
        if name not in backbone_fields and name not in head_fields:
            known = [*backbone_fields, *head_fields]
            raise UserError(f"{owner} has no setting '{name}'{nearest(name, known)}")
    backbone = {k: v for k, v in overrides.items() if k in backbone_fields}
    head = {k: v for k, v in overrides.items() if k not in backbone_fields}
    return backbone, head
