"""What an exported model says about itself: frames, normalization, vocabulary, versions."""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE, FrameArithmetic

METADATA, VOCABULARY = "metadata.json", "vocab.json"
# The same model gives the same bytes: no clock in the file.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Metadata:
    """The description that travels in an exported model.

    Args:
        frames: FrameArithmetic of its convolutions.
        vocabulary: Vocabulary or None.
        normalizer: TextNormalizer of the transcripts that it was trained on, or None.
        blank: int, id of the CTC blank.
        normalize_waveform: bool, whether the graph brings each clip to unit variance itself.
        window_samples: int, the fixed input width of a TFLite file; None where any width goes.
        variant: str, "float32" or "int8".
    """

    frames: FrameArithmetic
    vocabulary: object
    normalizer: object
    blank: int
    normalize_waveform: bool
    window_samples: int | None
    variant: str


def describe(model, variant, window_samples=None):
    """Returns metadata.json of a CTC model as a dict."""
    import keras
    import tensorflow as tf

    import keras_w2v2

    frames = model.backbone.frames
    content = {
        "format": 1,
        "sample_rate": SAMPLE_RATE,
        "conv_kernels": list(frames.kernels),
        "conv_strides": list(frames.strides),
        "hop_samples": frames.hop,
        "receptive_field_samples": frames.receptive_field,
        "normalize_waveform": bool(model.backbone.normalize_waveform),
        "vocabulary_size": model.vocabulary_size,
        "blank": model.blank,
        "variant": variant,
        "versions": {
            "keras_w2v2": keras_w2v2.__version__,
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
        },
    }
    if window_samples is not None:
        content["window_samples"] = window_samples
        content["window_frames"] = frames.frames(window_samples)
    if model.vocabulary is not None:
        content["vocabulary"] = model.vocabulary.get_config()
    if model.normalizer is not None:
        content["normalizer"] = model.normalizer.get_config()
    return content


def write_beside(folder, content):
    """Writes metadata.json and vocab.json into a folder (the assets of a SavedModel)."""
    for name, text in _files(content).items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


def append(path, content):
    """Appends metadata.json and vocab.json to a .tflite file as a zip.

    The file stays a model for every TFLite runtime, and java.util.zip and `unzip` read the
    archive at its end. The checksum of the model proper goes into the metadata.
    """
    graph = Path(path).read_bytes()
    content = content | {"model_bytes": len(graph), "sha256": hashlib.sha256(graph).hexdigest()}
    with zipfile.ZipFile(path, "a") as archive:
        for name, text in _files(content).items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode("utf-8"))


def read(path):
    """Returns the Metadata of a .tflite file or a SavedModel folder that this package wrote.

    Raises:
        UserError: when the path holds no such metadata.
    """
    path = Path(path)
    try:
        if path.is_dir():
            text = (path / "assets" / METADATA).read_text(encoding="utf-8")
        else:
            with zipfile.ZipFile(path) as archive:
                text = archive.read(METADATA).decode("utf-8")
        content = json.loads(text)
        vocabulary = normalizer = None
        if "vocabulary" in content:
            from keras_w2v2.text import Vocabulary

            vocabulary = Vocabulary(**content["vocabulary"])
        if "normalizer" in content:
            from keras_w2v2.text import TextNormalizer

            normalizer = TextNormalizer(**content["normalizer"])
        return Metadata(
            frames=FrameArithmetic(content["conv_kernels"], content["conv_strides"]),
            vocabulary=vocabulary,
            normalizer=normalizer,
            blank=content["blank"],
            normalize_waveform=content["normalize_waveform"],
            window_samples=content.get("window_samples"),
            variant=content["variant"],
        )
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"'{path}' is no model that keras-w2v2 exported: it carries no readable {METADATA}"
        ) from error


def _files(content):
    files = {METADATA: json.dumps(content, indent=1, ensure_ascii=False)}
    if "vocabulary" in content:
        ids = {token: i for i, token in enumerate(content["vocabulary"]["tokens"])}
        files[VOCABULARY] = json.dumps(ids, indent=1, ensure_ascii=False)
    return files
