"""Models from fairseq checkpoints."""

import re
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.interop import fairseq_config
from keras_w2v2.interop.fairseq_pickle import read_checkpoint
from keras_w2v2.interop.weight_table import weights

# Hugging Face's name -> fairseq's, applied in order.
_RENAMES = (
    (r"^wav2vec2\.", ""),
    (r"conv_layers\.(\d+)\.conv\.", r"conv_layers.\1.0."),
    (r"^feature_projection\.layer_norm\.", "layer_norm."),
    (r"^feature_projection\.projection\.", "post_extract_proj."),
    (r"^masked_spec_embed$", "mask_emb"),
    (r"pos_conv_embed\.conv\.parametrizations\.weight\.original0", "pos_conv.0.weight_g"),
    (r"pos_conv_embed\.conv\.parametrizations\.weight\.original1", "pos_conv.0.weight_v"),
    (r"pos_conv_embed\.conv\.", "pos_conv.0."),
    (r"(layers\.\d+)\.attention\.", r"\1.self_attn."),
    (r"(encoder\.layers\.\d+)\.layer_norm\.", r"\1.self_attn_layer_norm."),
    (r"feed_forward\.intermediate_dense\.", "fc1."),
    (r"feed_forward\.output_dense\.", "fc2."),
    (r"^quantizer\.codevectors$", "quantizer.vars"),
    (r"^project_hid\.", "final_proj."),
)


def load_fairseq(file):
    """Loads a wav2vec 2.0 checkpoint of fairseq as the task model that it holds.

    Args:
        file: str or path of a .pt file: a pre-trained model, or one fine-tuned with CTC. For
            the latter, dict.ltr.txt beside it gives the vocabulary; its blank is "<s>", id 0.

    Returns:
        Wav2Vec2ForPreTraining or Wav2Vec2ForCTC, float32 weights.

    Raises:
        UserError: when torch is missing, or the file is unreadable, of another architecture or
            lacks tensors.

    Example:
        >>> model = load_fairseq("wav2vec_small.pt")
    """
    import keras_w2v2

    file = Path(file)
    checkpoint = read_checkpoint(file)
    tensors = checkpoint["model"]
    settings = fairseq_config.Settings(checkpoint, file)
    backbone = keras_w2v2.Wav2Vec2Backbone(**settings.backbone())
    if "w2v_encoder.proj.weight" in tensors:
        size = tensors["w2v_encoder.proj.weight"].shape[0]
        vocabulary = fairseq_config.read_dictionary(file.parent / "dict.ltr.txt", size)
        text = {"vocabulary": vocabulary} if vocabulary else {"vocabulary_size": size}
        model = keras_w2v2.Wav2Vec2ForCTC(backbone, **text, **settings.ctc())
        prefix = "w2v_encoder.w2v_model."
    else:
        model = keras_w2v2.Wav2Vec2ForPreTraining(backbone, **settings.pretraining())
        prefix = ""
    _assign(model, tensors, prefix, file)
    return model


def fairseq_name(name, feature_norm):
    """Returns fairseq's name (without the prefix of fine-tuned models) of a tensor.

    Args:
        name: str, transformers' name.
        feature_norm: "group" or "layer"; fairseq nests the norm one deeper in "layer".
    """
    if name.startswith("lm_head."):
        return name.replace("lm_head.", "w2v_encoder.proj.")
    inner = "2" if feature_norm == "group" else "2.1"
    name = re.sub(r"conv_layers\.(\d+)\.layer_norm\.", rf"conv_layers.\1.{inner}.", name)
    for pattern, replacement in _RENAMES:
        name = re.sub(pattern, replacement, name)
    return name


def _assign(model, tensors, prefix, file):
    left = set(tensors)
    feature_norm = model.backbone.get_config()["feature_norm"]
    for weight in weights(model):
        name = fairseq_name(weight.name, feature_norm)
        if not name.startswith("w2v_encoder."):
            name = prefix + name
        if name not in left and "post_extract_proj" in name and _is_square(weight):
            # fairseq leaves the projection out where it would not change the width.
            weight.assign(np.eye(*weight.shape_there) if name.endswith("weight") else [0.0])
            continue
        name = _newer_weight_norm(name, left)
        if name not in left:
            raise UserError(f"'{file}' lacks the tensor {name}: not a whole wav2vec 2.0 model")
        left.discard(name)
        tensor = tensors[name].float().numpy()
        if tensor.shape != weight.shape_there:
            raise UserError(
                f"'{file}': {name} has shape {list(tensor.shape)}, its configuration asks for "
                f"{list(weight.shape_there)}"
            )
        weight.assign(tensor)
    left = sorted(name for name in left if not name.endswith("_float_tensor"))
    if left:
        raise UserError(
            f"'{file}' has the unexpected tensor {left[0]} ({len(left)} in all): "
            "another architecture than wav2vec 2.0"
        )


def _is_square(weight):
    shape = weight.shape_there
    return len(shape) == 1 or shape[0] == shape[1]


def _newer_weight_norm(name, stored):
    for old, new in (("weight_g", "original0"), ("weight_v", "original1")):
        newer = name.removesuffix(old) + f"parametrizations.weight.{new}"
        if name.endswith(old) and newer in stored:
            return newer
    return name
