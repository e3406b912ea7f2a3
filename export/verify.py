"""Runs an exported model beside Keras on the same clips and measures the difference."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.export import runner

# Float32 against float32: more than this is a wrong graph, not rounding.
LARGEST_RELATIVE_ERROR = 1e-4


class ExportError(UserError):
    """The exported model is not what it should be; nothing was left behind."""


@dataclass(frozen=True)
class Row:
    """One exported model against Keras, over all clips.

    Args:
        name: str, file or folder name.
        variant: "float32" or "int8".
        max_error: float, largest absolute difference of a logit at a valid frame.
        relative_error: float, the same divided by the largest absolute logit of Keras.
        agreement: float, share of frames with the same best token.
        same_text: float, share of clips with the same greedy text; None without a vocabulary.
        megabytes: float, 10^6 bytes on disk.
        seconds_per_clip: float, mean running time, one thread for TFLite.
    """

    name: str
    variant: str
    max_error: float
    relative_error: float
    agreement: float
    same_text: float | None
    megabytes: float
    seconds_per_clip: float


def compare(model, exported, clips=None, threads=1):
    """Measures one exported model against the Keras model that it came from.

    Args:
        model: Wav2Vec2ForCTC.
        exported: str or path of a .tflite file or a SavedModel folder.
        clips: list of float32 [samples], 16 kHz. Those longer than a bundle's longest window are
            cut to it. None takes seeded noise of several lengths.
        threads: int, CPU threads of a TFLite file.

    Returns:
        Row.

    Raises:
        UserError: when the exported model cannot be read, or no clip is long enough for a frame.

    Example:
        >>> compare(model, "recogniser.tflite", [waveform]).relative_error < 1e-4
        True
    """
    loaded = runner.load(exported, threads)
    frames, signatures = loaded.metadata.frames, loaded.metadata.signatures
    window = signatures[-1].samples if signatures else None
    clips = noise(window) if clips is None else clips
    clips = [np.asarray(clip, "float32")[:window] for clip in clips]
    clips = [clip for clip in clips if len(clip) >= frames.receptive_field]
    if not clips:
        raise UserError(f"no clip of at least {frames.receptive_field} samples to compare with")
    loaded.logits(clips[0])  # the first run allocates and traces: not part of the time
    wanted = [keras_logits(model, clip) for clip in clips]
    started = time.perf_counter()
    found = [loaded.logits(clip) for clip in clips]
    seconds = (time.perf_counter() - started) / len(clips)
    errors = [float(np.abs(f - w).max()) for f, w in zip(found, wanted, strict=True)]
    pairs = list(zip(found, wanted, strict=True))
    agreed = np.concatenate([f.argmax(-1) == w.argmax(-1) for f, w in pairs])
    return Row(
        name=Path(exported).name,
        variant=loaded.metadata.variant,
        max_error=max(errors) if np.all(np.isfinite(errors)) else float("nan"),
        relative_error=float(np.max(errors) / max(np.abs(w).max() for w in wanted)),
        agreement=float(agreed.mean()),
        same_text=_same_text(pairs, loaded.metadata),
        megabytes=bytes_of(Path(exported)) / 1e6,
        seconds_per_clip=seconds,
    )


def require_equal(model, exported, clips=None, shown_as=None):
    """Runs `compare` and raises where the exported model is wrong.

    Args:
        model, exported, clips: as for `compare`.
        shown_as: the path to name in messages and in the row.

    Returns:
        Row.

    Raises:
        ExportError: for output that is not finite, or a float32 model whose relative error is
            above 1e-4.
    """
    row = compare(model, exported, clips)
    shown_as = exported if shown_as is None else shown_as
    if not np.isfinite(row.relative_error):
        raise ExportError(
            f"'{shown_as}' was not written: the exported model's logits are not finite"
        )
    if row.variant == "float32" and row.relative_error > LARGEST_RELATIVE_ERROR:
        raise ExportError(
            f"'{shown_as}' was not written: its logits differ from Keras by "
            f"{row.relative_error:.1e}, more than {LARGEST_RELATIVE_ERROR:.0e}"
        )
    return row


def keras_logits(model, waveform):
    """Returns the Keras model's logits of one clip: float32 [frames, vocabulary]."""
    clip = {"waveform": waveform[None], "length": np.array([len(waveform)], "int32")}
    return np.asarray(model(clip, training=False))[0]


def noise(window=None):
    """Returns three seeded clips of noise, the longest one `window` samples (3 s by default)."""
    window = window or 48_000
    generator = np.random.default_rng(0)
    lengths = {window, max(window // 2, 400), max(window // 5, 400)}
    return [generator.normal(0, 0.1, n).astype("float32") for n in sorted(lengths)]


def _same_text(pairs, described):
    if described.vocabulary is None:
        return None
    from keras_w2v2.decoding import greedy

    def text(logits):
        return greedy.decode(logits, len(logits), described.vocabulary, described.frames).text

    return sum(text(f) == text(w) for f, w in pairs) / len(pairs)


def bytes_of(path):
    """Returns the size of a file, or of all files in a folder (int)."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
