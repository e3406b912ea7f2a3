"""fairseq's configuration as arguments of our models."""

import ast
import warnings
from pathlib import Path

from keras_w2v2.errors import UserError

# fairseq's name -> (ours, fairseq's default)
_BACKBONE = {
    "conv_bias": ("conv_bias", False),
    "encoder_embed_dim": ("hidden_dim", 768),
    "encoder_layers": ("num_layers", 12),
    "encoder_attention_heads": ("num_heads", 12),
    "encoder_ffn_embed_dim": ("intermediate_dim", 3072),
    "conv_pos": ("position_kernel", 128),
    "conv_pos_groups": ("position_groups", 16),
    "layer_norm_first": ("norm_first", False),
    "dropout": ("dropout", 0.1),
    "attention_dropout": ("attention_dropout", 0.1),
    "activation_dropout": ("activation_dropout", 0.0),
    "dropout_input": ("input_dropout", 0.0),
    "encoder_layerdrop": ("layer_drop", 0.0),
    "feature_grad_mult": ("feature_grad_mult", 1.0),
}
_PRETRAINING = {
    "latent_groups": ("num_codebooks", 2),
    "latent_vars": ("codebook_size", 320),
    "num_negatives": ("num_distractors", 100),
    "cross_sample_negatives": ("cross_utterance_distractors", 0),
    "codebook_negatives": ("codebook_distractors", 0),
    "logit_temp": ("logit_temperature", 0.1),
    "mask_prob": ("mask_prob", 0.65),
    "mask_length": ("mask_span", 10),
    "dropout_features": ("quantizer_dropout", 0.0),
}
_CTC = {
    "final_dropout": ("final_dropout", 0.0),
    "mask_length": ("mask_span", 10),
    "mask_channel_length": ("mask_channel_span", 10),
    "freeze_finetune_updates": ("freeze_transformer_updates", 0),
}
# A fine-tuned checkpoint overrides these of the pre-trained one that it started from.
_OVERRIDES = {
    "dropout": "dropout",
    "attention_dropout": "attention_dropout",
    "activation_dropout": "activation_dropout",
    "dropout_input": "dropout_input",
    "layerdrop": "encoder_layerdrop",
}
_CONVOLUTIONS = "[(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512,2,2)] + [(512,2,2)]"
# Behaviour that our models do not have; any other value is refused.
_ONLY = {
    "activation_fn": "gelu",
    "quantize_input": False,
    "target_glu": False,
    "pos_conv_depth": 1,
    "layer_type": "transformer",
    "negatives_from_everywhere": False,
    "quantizer_depth": 1,
}


class Settings:
    """The sections of a checkpoint that matter here.

    Args:
        checkpoint: dict of `fairseq_pickle.read_checkpoint`.
        file: path, for error messages.
    """

    def __init__(self, checkpoint, file):
        self.file = file
        self.model, self.task, self.criterion = _sections(checkpoint)
        self.finetuning = None
        if "w2v_args" in self.model or "w2v_path" in self.model:
            self.finetuning = self.model
            if not isinstance(self.model.get("w2v_args"), dict):
                raise UserError(
                    f"'{file}' was fine-tuned and does not hold w2v_args, the architecture of the "
                    "model it started from: save it again with a newer fairseq"
                )
            nested = self.model["w2v_args"]
            key = "cfg" if isinstance(nested.get("model"), dict) else "args"
            self.model, _, _ = _sections({key: nested})
        for key, wanted in _ONLY.items():
            found = self.model.get(key, wanted)
            if found != wanted:
                raise UserError(f"'{file}' has {key}={found!r}: can load {key}={wanted!r} only")

    def backbone(self):
        """Returns the arguments of Wav2Vec2Backbone."""
        fields = _mapped(_BACKBONE, self.model, self.file)
        if self.finetuning is not None:
            for theirs, name in _OVERRIDES.items():
                if self.finetuning.get(theirs) is not None:
                    fields[_BACKBONE[name][0]] = self.finetuning[theirs]
        layers = _parse(self.model.get("conv_feature_layers", _CONVOLUTIONS), self.file)
        try:
            filters, kernels, strides = zip(*layers, strict=True)
        except (TypeError, ValueError) as error:
            raise UserError(
                f"'{self.file}' has conv_feature_layers={layers!r}: expected a list of "
                "(filters, kernel, stride)"
            ) from error
        layered = self.model.get("extractor_mode", "default") == "layer_norm"
        return fields | {
            "conv_filters": filters,
            "conv_kernels": kernels,
            "conv_strides": strides,
            "feature_norm": "layer" if layered else "group",
            "normalize_waveform": bool(self.task.get("normalize", False)),
        }

    def pretraining(self):
        """Returns the arguments of Wav2Vec2ForPreTraining beside the backbone."""
        if self.model.get("quantize_targets") is False:
            raise UserError(f"'{self.file}' was trained without a quantizer: nothing to load")
        fields = _mapped(_PRETRAINING, self.model, self.file)
        final = self.model.get("final_dim") or self.model.get("encoder_embed_dim", 768)
        temperature = self.model.get("latent_temp", [2, 0.5, 0.999995])
        names = ("gumbel_start", "gumbel_end", "gumbel_decay")
        fields |= self._numbers(names, "latent_temp", temperature)
        loss_weights = _parse(self.criterion.get("loss_weights") or [0.1, 10.0], self.file)
        if isinstance(loss_weights, list) and len(loss_weights) == 1:
            loss_weights = loss_weights * 2  # fairseq repeats a single one
        names = ("diversity_weight", "feature_penalty_weight")
        fields |= self._numbers(names, "loss_weights", loss_weights)
        return fields | {
            "code_dim": self.model.get("latent_dim") or final,
            "projection_dim": final,
        }

    def _numbers(self, names, setting, value):
        """Our fields (dict of float) for a setting that holds a number for each."""
        try:
            return dict(zip(names, map(float, _parse(value, self.file)), strict=True))
        except (TypeError, ValueError) as error:
            raise UserError(
                f"'{self.file}' has {setting}={value!r}: expected {len(names)} numbers"
            ) from error

    def ctc(self):
        """Returns the arguments of Wav2Vec2ForCTC beside the backbone and the vocabulary."""
        given = self.finetuning or {}
        fields = _mapped(_CTC, given, self.file)
        masked = bool(given.get("apply_mask", False))
        fields["mask_prob"] = float(given.get("mask_prob", 0.5)) if masked else 0.0
        fields["mask_channel_prob"] = float(given.get("mask_channel_prob", 0)) if masked else 0.0
        fields["freeze_feature_encoder"] = not given.get("feature_grad_mult", 0.0)
        return fields


def read_dictionary(path, size):
    """Returns the Vocabulary of a fairseq dictionary, or None with a warning when it is absent.

    Args:
        path: path of dict.ltr.txt: one "symbol count" a line.
        size: int, width of the CTC head.

    Raises:
        UserError: when the file is unreadable or has another number of symbols.
    """
    from keras_w2v2.text import Vocabulary

    path = Path(path)
    if not path.is_file():
        warnings.warn(
            f"no '{path}': the model has no vocabulary and cannot write text", stacklevel=3
        )
        return None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read '{path}': {error}") from error
    symbols = [line.rsplit(" ", 1)[0] for line in lines if line.strip()]
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *symbols]
    if len(tokens) != size:
        raise UserError(
            f"'{path}' has {len(symbols)} symbols; the model's head wants {size - 4} "
            "(and 4 special ones)"
        )
    delimiter = "|" if "|" in symbols else None
    return Vocabulary(tokens, blank="<s>", word_delimiter=delimiter, unknown="<unk>")


def _sections(checkpoint):
    """(model, task, criterion) dicts: of a nested `cfg`, or three times the flat old `args`."""
    cfg = checkpoint.get("cfg")
    if isinstance(cfg, dict) and isinstance(cfg.get("model"), dict):
        return cfg["model"], cfg.get("task") or {}, cfg.get("criterion") or {}
    args = checkpoint.get("args") or {}
    return args, args, args


def _mapped(table, given, file):
    return {
        ours: default if given.get(theirs) is None else _like(default, theirs, given[theirs], file)
        for theirs, (ours, default) in table.items()
    }


def _like(default, name, value, file):
    """A setting in the type of its default."""
    try:
        return type(default)(value)
    except (TypeError, ValueError) as error:
        raise UserError(f"'{file}' has {name}={value!r}: expected one like {default!r}") from error


def _parse(value, file):
    """A value that fairseq may keep as Python text: "[(512, 10, 5)] + [(512, 2, 2)] * 2"."""
    if not isinstance(value, str):
        return value
    try:
        return _evaluate(ast.parse(value.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError) as error:
        raise UserError(f"'{file}' has an unreadable setting {value!r}") from error


def _evaluate(node):
    """Literals, joined with + and repeated with * : no names, no calls."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
        left, right = _evaluate(node.left), _evaluate(node.right)
        return left + right if isinstance(node.op, ast.Add) else left * right
    if isinstance(node, ast.List | ast.Tuple):
        return [_evaluate(item) for item in node.elts]
    return ast.literal_eval(node)
