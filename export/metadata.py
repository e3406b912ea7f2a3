"""What an exported model says about itself: frames, normalization, vocabulary, versions."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pydantic

from keras_w2v2.errors import UserError
from keras_w2v2.export.quantization import VARIANTS
from keras_w2v2.frames import SAMPLE_RATE, FrameArithmetic

METADATA, VOCABULARY = "metadata.json", "vocab.json"
FORMAT = 2


class MetadataError(UserError):
    """A description that is not as docs/bundle.md has it; `newer` where a later version may be.

    Attributes:
        what: str, what is wrong.
        mend: str, what helps, "" where it depends on the file around the description.
        newer: bool.
    """

    def __init__(self, what, mend="", newer=False):
        super().__init__(f"{what}: {mend}" if mend else what)
        self.what, self.mend, self.newer = what, mend, newer


class Signature(pydantic.BaseModel):
    """One window of a bundle: its signature's name, its samples, and the frames they give."""

    model_config = pydantic.ConfigDict(strict=True, frozen=True)

    name: str
    samples: int = pydantic.Field(ge=1)
    frames: int = pydantic.Field(ge=1)


class _Content(pydantic.BaseModel):
    """metadata.json, key by key (docs/bundle.md)."""

    model_config = pydantic.ConfigDict(strict=True)

    sample_rate: int
    conv_kernels: list[pydantic.PositiveInt]
    conv_strides: list[pydantic.PositiveInt]
    hop_samples: int
    receptive_field_samples: int
    normalize_waveform: bool
    tokens: list[str] | None
    blank: int
    word_delimiter: int | None
    silent: list[int]
    vocabulary: dict[str, Any] | None
    normalizer: dict[str, Any] | None
    variant: Literal[VARIANTS]
    signatures: list[Signature]
    languages: list[str]
    training: dict[str, Any] | None
    licence: str | None
    versions: dict[str, Any]

    @pydantic.model_validator(mode="after")
    def _agrees_with_itself(self):
        frames = FrameArithmetic(self.conv_kernels, self.conv_strides)
        if self.sample_rate != SAMPLE_RATE:
            raise ValueError(f"sample_rate is {self.sample_rate}, not {SAMPLE_RATE}")
        if (self.hop_samples, self.receptive_field_samples) != (frames.hop, frames.receptive_field):
            raise ValueError("hop_samples or receptive_field_samples do not follow from conv_*")
        if self.tokens is not None:
            ids = [self.blank, *self.silent]
            ids += [] if self.word_delimiter is None else [self.word_delimiter]
            if not all(0 <= i < len(self.tokens) for i in ids):
                raise ValueError("blank, silent or word_delimiter lie outside the tokens")
        sizes = [signature.samples for signature in self.signatures]
        if len({signature.name for signature in self.signatures}) < len(sizes):
            raise ValueError("two signatures have one name")
        if sizes != sorted(set(sizes)):
            raise ValueError("signatures are not in rising order")
        for signature in self.signatures:
            if frames.frames(signature.samples) != signature.frames:
                raise ValueError(f"frames of {signature.name} do not follow from its samples")
        return self


@dataclass(frozen=True)
class Metadata:
    """The description that travels in an exported model.

    Args:
        frames: FrameArithmetic of its convolutions.
        vocabulary: Vocabulary or None.
        normalizer: TextNormalizer of the transcripts that it was trained on, or None.
        blank: int, id of the CTC blank.
        normalize_waveform: bool, whether the graph brings each clip to unit variance itself.
        signatures: tuple of Signature, the windows of a bundle, shortest first; empty where any
            length goes.
        variant: str, "float32", "int8" and so on.
    """

    frames: FrameArithmetic
    vocabulary: object
    normalizer: object
    blank: int
    normalize_waveform: bool
    signatures: tuple
    variant: str


def describe(model, variant, signatures=(), about=None):
    """Returns metadata.json of a CTC model as a dict.

    Args:
        model: Wav2Vec2ForCTC.
        variant: str.
        signatures: iterable of Signature.
        about: dict with any of "languages" (list of str), "training" (dict) and "licence" (str):
            what the model itself does not know.
    """
    import keras
    import tensorflow as tf

    import keras_w2v2

    frames, vocabulary, about = model.backbone.frames, model.vocabulary, about or {}
    return {
        "format": FORMAT,
        "sample_rate": SAMPLE_RATE,
        "conv_kernels": list(frames.kernels),
        "conv_strides": list(frames.strides),
        "hop_samples": frames.hop,
        "receptive_field_samples": frames.receptive_field,
        "normalize_waveform": bool(model.backbone.normalize_waveform),
        "tokens": None if vocabulary is None else list(vocabulary.tokens),
        "blank": model.blank,
        "word_delimiter": None if vocabulary is None else vocabulary.word_delimiter,
        "silent": [] if vocabulary is None else sorted(vocabulary.silent),
        "vocabulary": None if vocabulary is None else vocabulary.get_config(),
        "normalizer": None if model.normalizer is None else model.normalizer.get_config(),
        "variant": variant,
        "signatures": [signature.model_dump() for signature in signatures],
        "languages": list(about.get("languages") or []),
        "training": about.get("training"),
        "licence": about.get("licence"),
        "versions": {
            "keras_w2v2": keras_w2v2.__version__,
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
        },
    }


def files(content):
    """Returns the text files that carry a description: name -> text."""
    texts = {METADATA: json.dumps(content, indent=1, ensure_ascii=False)}
    if content["tokens"] is not None:
        ids = {token: i for i, token in enumerate(content["tokens"])}
        texts[VOCABULARY] = json.dumps(ids, indent=1, ensure_ascii=False)
    return texts


def write_beside(folder, content):
    """Writes metadata.json and vocab.json into a folder (the assets of a SavedModel)."""
    for name, text in files(content).items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


def parse(text):
    """Returns (dict, Metadata) of the text or bytes of a metadata.json.

    Raises:
        MetadataError: it is not as docs/bundle.md has it.
    """
    try:
        content = json.loads(text.decode("utf-8") if isinstance(text, bytes) else text)
        number = content["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MetadataError(f"{METADATA} is no JSON object with a format") from error
    if type(number) is not int or number < FORMAT:
        raise MetadataError(
            f"{METADATA} has format {number!r}, not {FORMAT}", "export the model again"
        )
    if number > FORMAT:
        raise MetadataError(
            f"{METADATA} has format {number}, this version reads {FORMAT}",
            "update keras-w2v2",
            newer=True,
        )
    try:
        return content, _metadata(_Content.model_validate(content))
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "itself"
        raise MetadataError(f"{METADATA} is wrong in {place}: {first['msg']}") from error
    except UserError as error:
        raise MetadataError(f"{METADATA} is wrong: {error}") from error
    except (TypeError, ValueError) as error:
        raise MetadataError(f"{METADATA} is wrong in vocabulary or normalizer: {error}") from error


def of_savedmodel(folder):
    """Returns the Metadata of a SavedModel folder that this package wrote.

    Raises:
        UserError: the folder holds no such metadata.
    """
    try:
        text = (Path(folder) / "assets" / METADATA).read_bytes()
        return parse(text)[1]
    except MetadataError as error:
        raise UserError(f"'{folder}' is no model of this keras-w2v2: {error}") from error
    except OSError as error:
        raise UserError(
            f"'{folder}' is no model that keras-w2v2 exported: it carries no readable {METADATA}"
        ) from error


def _metadata(content):
    vocabulary = normalizer = None
    if content.vocabulary is not None:
        from keras_w2v2.text import Vocabulary

        vocabulary = Vocabulary(**content.vocabulary)
        own = (vocabulary.blank, vocabulary.word_delimiter, sorted(vocabulary.silent))
        said = (content.blank, content.word_delimiter, sorted(content.silent))
        if list(vocabulary.tokens) != content.tokens or own != said:
            raise MetadataError(f"{METADATA} is wrong: vocabulary and tokens differ")
    if content.normalizer is not None:
        from keras_w2v2.text import TextNormalizer

        normalizer = TextNormalizer(**content.normalizer)
    return Metadata(
        frames=FrameArithmetic(content.conv_kernels, content.conv_strides),
        vocabulary=vocabulary,
        normalizer=normalizer,
        blank=content.blank,
        normalize_waveform=content.normalize_waveform,
        signatures=tuple(content.signatures),
        variant=content.variant,
    )
