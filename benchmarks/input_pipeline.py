"""The input pipeline alone: seconds of audio a second, with and without augmentation and mixing.

python -m benchmarks.input_pipeline [--shards FOLDER] [--seconds 10]

BASE's training step takes in about 4 seconds of audio a second on two cores, a tiny model 50.
"""

import argparse
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks import machine, report, synthetic_corpus
from keras_w2v2.data import Augmentation, pipeline

LIMITS = {"batch_seconds": 87.5, "max_seconds": 15.625, "min_seconds": 2.0, "seed": 0}
SPEEDS = (0.9, 1.0, 1.1)
VARIANTS = {
    "as it is": {},
    "languages mixed": {"language_alpha": 0.5},
    "speed": {"augmentation": Augmentation(speeds=SPEEDS)},
    "white noise": {"augmentation": Augmentation(noise="white", noise_probability=1.0)},
    "pink noise": {"augmentation": Augmentation(noise="pink", noise_probability=1.0)},
    "all of it": {
        "language_alpha": 0.5,
        "augmentation": Augmentation(speeds=SPEEDS, noise="pink"),
    },
}
COLUMNS = [
    ("batches", "name", "s"),
    ("audio seconds a second", "audio_seconds", ".0f"),
    ("a processor second", "audio_seconds_processor", ".0f"),
    ("first batch after s", "first", ".1f"),
]


def throughput(shards, seconds, options):
    """Reads batches for a while; returns figures (dict)."""
    began = time.perf_counter()
    batches = iter(pipeline.pretraining_batches(shards, **LIMITS, **options))
    next(batches)
    first = time.perf_counter() - began
    process = psutil.Process()
    audio, started, used = 0.0, time.perf_counter(), sum(process.cpu_times()[:2])
    while time.perf_counter() - started < seconds:
        batch, length = next(batches)["waveform"].shape
        audio += batch * length / 16_000
    taken = time.perf_counter() - started
    processor = sum(process.cpu_times()[:2]) - used
    return {
        "first": first,
        "audio_seconds": audio / taken,
        "audio_seconds_processor": audio / processor,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shards", type=Path, help="half an hour of synthetic audio by default")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/input_pipeline.json"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shards = given.shards or _prepared(Path(folder))
        rows = [
            {"name": name} | throughput(shards, given.seconds, options)
            for name, options in VARIANTS.items()
        ]
    report.show("input pipeline alone", rows, COLUMNS)
    report.write(given.out, {"machine": machine.describe(), "input_pipeline": rows})


def _prepared(folder):
    from keras_w2v2.training.preparation.prepare import prepare

    synthetic_corpus.make(folder / "corpus", 0.5)
    return prepare(folder / "corpus" / "manifest.tsv", folder / "shards").folder


if __name__ == "__main__":
    main()
