"""Joins the clips of each speaker to strings of some seconds, so that pre-training can use them.

    python -m benchmarks.joined_clips MANIFEST OUT [--seconds 6]

A masked span lasts 0.2 s: in a clip of half a second there is little left to guess it from, and
small_pretrain leaves out what is shorter than 1.5 s. OUT gets the strings as FLAC files and their
manifest, strings.tsv, without transcripts.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile

from keras_w2v2.data import audio, manifests
from keras_w2v2.frames import SAMPLE_RATE


def strings(entries, seconds, seed=0):
    """Yields (speaker, float32 [samples]) until every clip is in one string.

    The clips of a speaker come in random order, for a manifest often lists a word fifty times.

    Args:
        entries: iterable of data.manifests.Entry.
        seconds: float, at which a string ends; the last one of a speaker may be shorter.
        seed: int, rules the order.
    """
    speakers = defaultdict(list)
    for entry in entries:
        speakers[entry.speaker].append(entry.path)
    chance = np.random.default_rng(seed)
    for speaker, paths in speakers.items():
        pieces, samples = [], 0
        for path in chance.permutation(paths):
            pieces.append(audio.read(path))
            samples += len(pieces[-1])
            if samples >= seconds * SAMPLE_RATE:
                yield speaker, np.concatenate(pieces)
                pieces, samples = [], 0
        if pieces:
            yield speaker, np.concatenate(pieces)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=6.0)
    given = parser.parse_args()
    given.out.mkdir(parents=True)
    lines = ["path\tspeaker\ttranscript"]
    joined = strings(manifests.read(given.manifest).entries, given.seconds)
    for number, (speaker, waveform) in enumerate(joined):
        name = f"{speaker}-{number:04}.flac"
        soundfile.write(given.out / name, waveform, SAMPLE_RATE)
        lines.append(f"{name}\t{speaker}\t")
    (given.out / "strings.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
