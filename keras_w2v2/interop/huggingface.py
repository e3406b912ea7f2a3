"""Models from and to Hugging Face transformers folders, without PyTorch."""

import json
import warnings
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.interop import atomic, hub, huggingface_config, huggingface_text
from keras_w2v2.interop.tensor_files import Tensors, read_json
from keras_w2v2.interop.weight_table import weights

# transformers before 4.40 and PyTorch before 2.1 wrote weight norm under these names.
_OLD_NAMES = {
    "parametrizations.weight.original0": "weight_g",
    "parametrizations.weight.original1": "weight_v",
}


def load_huggingface(folder, normalize_waveform=None):
    """Loads a wav2vec 2.0 checkpoint of transformers as the task model that it describes.

    Args:
        folder: str or path with config.json and model.safetensors (also sharded, or
            pytorch_model.bin where torch is installed); vocab.json for CTC.
        normalize_waveform: bool, whether the model scales each clip to zero mean and unit
            variance. None reads do_normalize of preprocessor_config.json, and without that
            file assumes False with a warning.

    Returns:
        Wav2Vec2ForPreTraining or Wav2Vec2ForCTC, float32 weights.

    Raises:
        UserError: for missing or unreadable files, another architecture, or tensors that are
            missing, left over or of the wrong shape.

    Example:
        >>> model = load_huggingface("wav2vec2-base-960h")  # a folder, already downloaded
        >>> model({"waveform": waveform, "length": length})  # logits [batch, frames, 32]
    """
    import keras_w2v2

    folder = Path(folder)
    if not folder.is_dir():
        wanted = "give a folder with config.json and its weights"
        raise UserError(f"no folder '{folder}': {wanted}{hub.hint(folder)}")
    source = folder / "config.json"
    config = read_json(source)
    task = huggingface_config.task_of(config, source)
    backbone_fields, head_fields = huggingface_config.arguments(config, task, source)
    backbone_fields["normalize_waveform"] = _normalization(folder, normalize_waveform)
    tensors = Tensors(folder)  # before the model is built: a bad file should fail at once
    if task == "Wav2Vec2ForCTC":
        size, blank = head_fields["vocabulary_size"], head_fields["blank"]
        vocabulary = huggingface_text.read_vocabulary(folder, size, blank)
        if vocabulary is not None:
            del head_fields["vocabulary_size"], head_fields["blank"]
        model = keras_w2v2.Wav2Vec2ForCTC(
            keras_w2v2.Wav2Vec2Backbone(**backbone_fields), vocabulary=vocabulary, **head_fields
        )
    else:
        model = keras_w2v2.Wav2Vec2ForPreTraining(
            keras_w2v2.Wav2Vec2Backbone(**backbone_fields), **head_fields
        )
    _assign(model, tensors, config)
    # Text, because Keras would track a dict as part of the model's state.
    model.huggingface_config = json.dumps(config)
    return model


def save_huggingface(model, folder):
    """Writes a folder that transformers' from_pretrained loads.

    Args:
        model: Wav2Vec2ForPreTraining or Wav2Vec2ForCTC.
        folder: str or path; appears whole or not at all, and replaces an older model folder.

    Raises:
        UserError: for another model, or a folder that cannot be written.

    Example:
        >>> save_huggingface(model, "my-model")
        >>> transformers.Wav2Vec2ForCTC.from_pretrained("my-model")
    """
    from safetensors.numpy import save_file

    task = type(model).__name__
    if task not in huggingface_config.HEADS:
        raise UserError(f"a {task} has no Hugging Face form: give a pre-training or CTC model")
    origin = getattr(model, "huggingface_config", None)
    config = huggingface_config.config_of(model, task, json.loads(origin) if origin else None)
    with atomic.folder(folder, marker="config.json") as partial:
        tensors = {w.name: w.tensor() for w in weights(model)}
        if not huggingface_config.has_mask_embedding(config):
            del tensors["wav2vec2.masked_spec_embed"]
        try:
            save_file(tensors, partial / "model.safetensors", metadata={"format": "pt"})
        except Exception as error:  # SafetensorError wraps a full disk without its errno
            raise UserError(f"cannot write '{folder}': {error}") from error
        huggingface_text.write_json(partial / "config.json", config)
        huggingface_text.write_preprocessor(model, partial)
        if getattr(model, "vocabulary", None) is not None:
            huggingface_text.write_vocabulary(model.vocabulary, partial)


def _normalization(folder, normalize_waveform):
    if normalize_waveform is not None:
        return bool(normalize_waveform)
    found = huggingface_text.read_normalization(folder)
    if found is None:
        warnings.warn(
            f"nothing in '{folder}' says whether clips are normalized; assuming not. "
            "Pass normalize_waveform=True for LV-60, XLS-R and later checkpoints",
            stacklevel=3,
        )
    return bool(found)


def _assign(model, tensors, config):
    """Copies every tensor into its variable; nothing may be missing or left over."""
    left = tensors.names()
    missing = []
    for weight in weights(model):
        name = _stored_name(weight.name, left)
        if name in left:
            left.discard(name)
            tensor = tensors.read(name)
            if tensor.shape != weight.shape_there:
                raise UserError(
                    f"'{tensors.source}': {name} has shape {list(tensor.shape)}, config.json asks "
                    f"for {list(weight.shape_there)}"
                )
            weight.assign(tensor)
        elif weight.name != "wav2vec2.masked_spec_embed" or huggingface_config.has_mask_embedding(
            config
        ):
            missing.append(weight.name)
    for problem, names in (("lacks", missing), ("has unexpected", sorted(left))):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise UserError(
                f"'{tensors.source}' {problem} {names[0]}{more}: not the weights of the "
                f"{config['architectures'][0]} in config.json"
            )


def _stored_name(name, stored):
    """The name under which a file holds the tensor: today's, or an older style of weight norm."""
    if name not in stored:
        for new, old in _OLD_NAMES.items():
            if name.endswith(new):
                return name.removesuffix(new) + old
    return name
