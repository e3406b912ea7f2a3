"""Runs every benchmark on a quiet machine and writes one JSON file.

python -m benchmarks.run [--size base|tiny] [--repeats 5] [--out benchmarks/results/all.json]
"""

import argparse
from pathlib import Path

from benchmarks import machine, peers, pretraining_step, recognition, report


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=list(peers.SIZES), default="base")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/all.json"))
    given = parser.parse_args()
    measured = {"machine": machine.describe(), "size": given.size}
    measured["pretraining_step"] = pretraining_step.compare(given.size, repeats=given.repeats)
    pretraining_step.show(measured["pretraining_step"], given.size, 2, 5.0)
    measured["recognition"] = recognition.compare(given.size, repeats=given.repeats)
    recognition.show(measured["recognition"], given.size, 10.0)
    report.write(given.out, measured)


if __name__ == "__main__":
    main()
