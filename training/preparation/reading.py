"""What becomes of one entry of a manifest: its clips, or the reason why it has none."""

import os
from pathlib import Path

import numpy as np

from keras_w2v2.data import audio, cutting
from keras_w2v2.frames import SAMPLE_RATE

_LONG_SECONDS = 300  # read piece by piece: as floats, an hour of stereo would take over a gigabyte
_SHORT_BYTES = 1_000_000  # smaller files are not asked for their length


def read(entry, task):
    """Decodes an entry.

    Args:
        entry: dict, a manifests.Entry.
        task: dict with min_samples, max_samples and cut_samples (int, the last two or None).

    Returns:
        list of (id, int16 [samples] at 16 kHz): one clip; or several where an unlabelled
        recording is longer than `cut_samples`, with the seconds where each begins and ends in
        its id, as in "lecture@12.350-24.100".

    Raises:
        audio.AudioError: the file cannot serve.
    """
    pcm, silent = _decoded(entry)
    if silent:
        raise audio.AudioError(entry["path"], "silent")
    if task["cut_samples"] and not entry["transcript"] and len(pcm) > task["cut_samples"]:
        return _pieces(entry, pcm, task)
    _check_length(entry, len(pcm), task)
    return [(entry["id"], pcm)]


def least_piece(min_samples):
    """Returns the samples that a piece of a recording must have: `min_samples`, or a second."""
    return max(min_samples, SAMPLE_RATE)


def _decoded(entry):
    path = Path(entry["path"])
    try:
        if _is_long(path):
            return _by_pieces(path, entry["num_samples"])
        waveform, _ = audio.read_with_length(path, entry["num_samples"])
        return audio.to_int16(waveform), audio.is_silent(waveform)
    except audio.AudioError:
        raise
    except Exception as error:  # whatever a decoder may meet, one file must not stop the rest
        reason = f"cannot be decoded ({type(error).__name__}: {first_line(str(error))})"
        raise audio.AudioError(path, reason) from None


def _is_long(path):
    try:
        large = os.path.getsize(path) > _SHORT_BYTES
    except OSError:
        return False
    return large and audio.seconds_of(path) > _LONG_SECONDS


def _by_pieces(path, expected):
    parts, silent = [], True
    for waveform in audio.blocks(path, 10.0, expected):
        if len(waveform):
            silent = silent and audio.is_silent(waveform)
            parts.append(audio.to_int16(waveform))
    return np.concatenate(parts), silent


def _pieces(entry, pcm, task):
    least = least_piece(task["min_samples"])
    bounds = cutting.cuts(pcm, least=least, most=task["cut_samples"])
    if not bounds:
        raise audio.AudioError(entry["path"], "no sound between its pauses is long enough")
    return [
        (f"{entry['id']}@{start / SAMPLE_RATE:.3f}-{end / SAMPLE_RATE:.3f}", pcm[start:end])
        for start, end in bounds
    ]


def _check_length(entry, samples, task):
    path, seconds = entry["path"], samples / SAMPLE_RATE
    if samples < task["min_samples"]:
        raise audio.AudioError(path, f"shorter than min_seconds: {seconds:.2f} s")
    if task["max_samples"] is not None and samples > task["max_samples"]:
        raise audio.AudioError(path, f"longer than max_seconds: {seconds:.2f} s")


def first_line(text):
    """Returns the first line of a message, of 200 characters at most."""
    return (text.strip().splitlines() or [""])[0][:200]
