"""The settings of a backbone: what kinds there are, and which of them fit together."""

from keras_w2v2.errors import UserError
from keras_w2v2.models.settings import (
    require_at_least_zero,
    require_bool,
    require_multiple,
    require_positive,
    require_positive_each,
    require_share,
)

# Settings that hold no weights and change no output.
REGULARISATION = (
    "dropout",
    "attention_dropout",
    "activation_dropout",
    "input_dropout",
    "layer_drop",
    "feature_grad_mult",
    "recompute",
)
CONVOLUTIONS = ("conv_filters", "conv_kernels", "conv_strides")


def check(settings):
    """Raises UserError unless the arguments of a backbone (dict) fit together."""
    require_positive_each(**{k: settings[k] for k in CONVOLUTIONS})
    flags = ("conv_bias", "norm_first", "normalize_waveform", "recompute")
    require_bool(**{k: settings[k] for k in flags})
    require_at_least_zero(feature_grad_mult=settings["feature_grad_mult"])
    layers = {len(settings[k]) for k in CONVOLUTIONS}
    if len(layers) != 1:
        raise UserError(
            "conv_filters, conv_kernels and conv_strides must have the same length, got "
            + ", ".join(str(len(settings[k])) for k in CONVOLUTIONS)
        )
    if settings["feature_norm"] not in ("group", "layer"):
        raise UserError(
            f"feature_norm must be 'group' or 'layer', got {settings['feature_norm']!r}"
        )
    whole = ("hidden_dim", "num_layers", "num_heads", "intermediate_dim")
    whole += ("position_kernel", "position_groups")
    require_positive(**{k: settings[k] for k in whole})
    shares = ("dropout", "attention_dropout", "activation_dropout", "input_dropout", "layer_drop")
    require_share(**{k: settings[k] for k in shares})
    width = settings["hidden_dim"]
    require_multiple(hidden_dim=(width, settings["num_heads"], "num_heads"))
    require_multiple(hidden_dim=(width, settings["position_groups"], "position_groups"))
