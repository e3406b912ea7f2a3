"""A few minutes of a labelled corpus: which clips, and the manifest that names them."""

import hashlib
from collections import Counter
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE


def choose(entries, minutes=None, seed=0):
    """Picks labelled clips until they last `minutes`, balanced over speakers and transcripts.

    Each pick is of the speaker with the fewest clips so far and, of theirs, of the transcript that
    they, then all, have said the least; chance, ruled by `seed`, settles what is left. A smaller
    choice is the beginning of a larger one with the same seed.

    Args:
        entries: list of data.manifests.Entry with `num_samples`.
        minutes: float, or None for every labelled clip.
        seed: int.

    Returns:
        list of Entry, in the order of the picks; the last one reaches `minutes`.

    Raises:
        UserError: the labelled clips do not last as long, or one has no length.

    Example:
        >>> choose(manifests.read("fsdd/train.tsv").entries, minutes=1)
    """
    left = sorted((e for e in entries if e.transcript), key=lambda e: _chance(e, seed))
    for entry in left:
        if entry.num_samples is None:
            raise UserError(f"clip '{entry.id}' has no num_samples: add the column to the manifest")
    if minutes is None:
        return left
    said, speakers, transcripts = Counter(), Counter(), Counter()

    def so_far(entry):
        pair = entry.speaker, entry.transcript
        return speakers[entry.speaker], said[pair], transcripts[entry.transcript]

    chosen, samples, wanted = [], 0, minutes * 60 * SAMPLE_RATE
    while samples < wanted:
        if not left:
            held = samples / SAMPLE_RATE / 60
            raise UserError(f"{minutes:g} min wanted, but the labelled clips last {held:.2f} min")
        entry = min(left, key=so_far)  # the first of several: the order is chance's
        left.remove(entry)
        chosen.append(entry)
        samples += entry.num_samples
        said[entry.speaker, entry.transcript] += 1
        speakers[entry.speaker] += 1
        transcripts[entry.transcript] += 1
    return chosen


def write(entries, path):
    """Writes a manifest that `keras-w2v2 prepare` reads, its paths absolute.

    Args:
        entries: list of data.manifests.Entry.
        path: str or path of the file.
    """
    lines = ["path\tnum_samples\tspeaker\ttranscript"]
    for entry in entries:
        audio = Path(entry.path).absolute()
        lines.append(f"{audio}\t{entry.num_samples}\t{entry.speaker}\t{entry.transcript}")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _chance(entry, seed):
    return hashlib.sha256(f"{seed} {entry.id}".encode()).digest()
