"""`keras-w2v2 prepare` on a synthetic corpus: hours of audio a minute, memory, workers.

python -m benchmarks.preparation [--hours 10] [--workers 1 2] [--corpus FOLDER]

Fails where a broken file is not set aside by name, or the number of workers changes a byte.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks import machine, report, synthetic_corpus

START = "from keras_w2v2.cli import program; program()"
LOOK_SECONDS = 0.25
COLUMNS = [
    ("workers", "workers", "d"),
    ("s", "seconds", ".0f"),
    ("hours of audio a minute", "hours_a_minute", ".2f"),
    ("of 1 worker", "speedup", ".2f"),
    ("processor seconds", "processor_seconds", ".0f"),
    ("peak MB, all processes (resident)", "resident_megabytes", ".0f"),
    ("peak MB (shared pages counted once)", "proportional_megabytes", ".0f"),
]


def prepare(source, out, workers):
    """Runs the command; returns seconds, processor seconds and peak memory (dict)."""
    command = [sys.executable, "-c", START, "prepare", source, "--out", out]
    began = time.perf_counter()
    process = psutil.Popen([*map(str, command), "--workers", str(workers)])
    peak, used = [0, 0], {}
    while process.poll() is None:
        peak = [max(pair) for pair in zip(peak, _memory(process, used), strict=True)]
        time.sleep(LOOK_SECONDS)
    if process.returncode:
        raise SystemExit(f"prepare failed with exit code {process.returncode}")
    return {
        "workers": workers,
        "seconds": time.perf_counter() - began,
        "processor_seconds": sum(used.values()),
        "resident_megabytes": peak[0] / 1e6,
        "proportional_megabytes": peak[1] / 1e6,
    }


def _memory(process, used):
    """Returns (resident, proportional) bytes of a process and its children; notes their times."""
    resident = proportional = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0, 0
    for member in family:
        try:
            memory, times = member.memory_full_info(), member.cpu_times()
        except (psutil.Error, OSError):  # it ended just now
            continue
        resident += memory.rss
        proportional += memory.pss
        used[member.pid] = times.user + times.system
    return resident, proportional


def check(folder, made):
    """Stops the benchmark unless exactly the broken files were set aside."""
    lines = (folder / "rejected.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rejected = {line.split("\t")[0] for line in lines}
    if rejected != set(made["broken"]):
        raise SystemExit(f"set aside wrongly: {sorted(rejected ^ set(made['broken']))[:5]}")


def checksums(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def measure(corpus, workers):
    """Returns the rows of the table (list of dict)."""
    made = json.loads((corpus / "made.json").read_text())
    rows, reference = [], None
    for count in workers:
        with tempfile.TemporaryDirectory(dir=corpus.parent) as folder:
            out = Path(folder) / "shards"
            row = prepare(corpus / "manifest.tsv", out, count)
            check(out, made)
            found = checksums(out)
        if reference not in (None, found):
            raise SystemExit(f"{count} workers give other bytes than {workers[0]}")
        reference = found
        row["hours_a_minute"] = made["seconds"] / 60 / row["seconds"]
        row["speedup"] = rows[0]["seconds"] / row["seconds"] if rows else 1.0
        rows.append(row)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--corpus", type=Path, help="made if missing, and kept")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/preparation.json"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = given.corpus or Path(folder) / "corpus"
        if not corpus.exists():
            synthetic_corpus.make(corpus, given.hours)
        rows = measure(corpus, given.workers)
    report.show(f"prepare, {given.hours:g} h of synthetic audio", rows, COLUMNS)
    report.write(given.out, {"machine": machine.describe(), "preparation": rows})


if __name__ == "__main__":
    main()
