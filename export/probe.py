"""Runs an exported model in a process of its own, to see its load time, memory and speed.

python -m keras_w2v2.export.probe MODEL CLIPS.npz OUT.npz --threads 1
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.interop import atomic

REPEATS = 3  # of the timed clip; the median counts


@dataclass(frozen=True)
class Probe:
    """What a fresh process saw of a model.

    Attributes:
        logits: list of float32 [frames, vocabulary], one for each clip.
        load_seconds: float, from nothing to the end of the first window, less a later one's
            time: what a user waits for before the model is as fast as it gets.
        peak_megabytes: float, the largest resident memory of the process, all of it.
        real_time_factor: float, running time over length of the longest clip.
    """

    logits: list
    load_seconds: float
    peak_megabytes: float
    real_time_factor: float


def run(model, clips, threads=1):
    """Runs a model on clips in a new process.

    Args:
        model: str or path of an exported model.
        clips: list of float32 [samples].
        threads: int.

    Returns:
        Probe.

    Raises:
        UserError: the model does not load or run; with the process's own words.
    """
    with atomic.scratch() as folder:
        inputs, outputs = folder / "clips.npz", folder / "logits.npz"
        np.savez(inputs, *clips)
        command = [sys.executable, "-m", "keras_w2v2.export.probe", str(model), str(inputs)]
        command += [str(outputs), "--threads", str(threads)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [""])[-1]
            if last.startswith("error: "):
                raise UserError(last.removeprefix("error: "))
            raise UserError(f"its process ended with code {done.returncode}: {last[:200]}")
        figures = json.loads(done.stdout.splitlines()[-1])
        with np.load(outputs) as found:
            logits = [found[name] for name in found.files]
    return Probe(logits, **figures)


def _measure(model, clips, threads):
    """Returns (logits, figures) in this process."""
    from keras_w2v2.export import runner

    began = time.perf_counter()
    loaded = runner.load(model, threads)
    longest = max(clips, key=len)
    loaded.logits(longest)
    first = time.perf_counter() - began
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        loaded.logits(longest)
        took.append(time.perf_counter() - began)
    usual = float(np.median(took))
    peak = peak_megabytes()  # with the one window that the longest clip needs
    figures = {
        "load_seconds": max(0.0, first - usual),
        "peak_megabytes": peak,
        "real_time_factor": usual / (len(longest) / SAMPLE_RATE),
    }
    return [loaded.logits(clip) for clip in clips], figures


def peak_megabytes():
    """Returns the largest resident memory of this process so far (float, 10^6 bytes)."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would tell the parent's peak, which a fork inherits
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("clips")
    parser.add_argument("out")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    with np.load(arguments.clips) as found:
        clips = [found[name] for name in found.files]
    try:
        logits, figures = _measure(arguments.model, clips, arguments.threads)
    except UserError as error:
        sys.exit(f"error: {error}")
    np.savez(arguments.out, *logits)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
