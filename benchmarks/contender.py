"""Runs each contender alone in a process of its own, so that time and memory are its own."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time


def measure(step, repeats):
    """Times a function and prints one JSON line that `run` reads.

    Args:
        step: function without arguments; the first call is a warm-up and not counted.
        repeats: int, counted calls.
    """
    step()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = {"seconds": statistics.median(times), "times": times, "peak_megabytes": peak / 1e3}
    print(json.dumps(result), flush=True)


def run(module, name, threads, options):
    """Starts `python -m module --contender name` on the first `threads` processors.

    Args:
        module: str, such as "benchmarks.recognition".
        name: str, the contender.
        threads: int, also set for OpenMP, which torch uses.
        options: list of str, further command-line words.

    Returns:
        dict that `measure` printed, with "name" and "threads"; with "error" when it failed.
    """
    cores = sorted(os.sched_getaffinity(0))[:threads]
    command = [sys.executable, "-m", module, "--contender", name, "--threads", str(threads)]
    environment = os.environ | {
        "OMP_NUM_THREADS": str(threads),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TOKENIZERS_PARALLELISM": "false",
    }
    ran = subprocess.run(
        [*command, *options],
        env=environment,
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    result = {"name": name, "threads": threads}
    if ran.returncode:
        lines = ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"]
        return result | {"error": lines[-1]}
    return result | json.loads(ran.stdout.strip().splitlines()[-1])
