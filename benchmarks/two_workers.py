"""Two workers and two mirrored devices against one: the same batches, how fast.

python -m benchmarks.two_workers SHARDS [--updates 30] [--repeats 3]

Every device has a core of its own: one process on one core; two processes on loopback, a core each;
one process with two logical devices on two cores. Beside them one device on two cores, plain and
compiled by XLA: what `strategy: none` does by default.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine, report

START = """
import json, os, sys
cores, devices = json.loads(sys.argv[1]), int(sys.argv[2])
os.sched_setaffinity(0, cores)
from keras_w2v2.cli import program, startup
startup.tensorflow()
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
logical = [tf.config.LogicalDeviceConfiguration()] * devices
tf.config.set_logical_device_configuration(cpu, logical)
sys.argv[1:] = sys.argv[3:]
program()
"""
COLUMNS = [("devices", "name", "s"), ("audio seconds a second", "speed", ".1f")]
COLUMNS += [("of one on one core", "share", ".2f"), ("runs", "runs", "s")]


@dataclass(frozen=True)
class Variant:
    """A way to train.

    Attributes:
        cores: tuple of list of int, the cores of each process.
        devices: int, logical devices of a process.
        settings: list of str, more arguments of the command.
    """

    cores: tuple
    devices: int = 1
    settings: tuple = ("--set", "jit_compile=false")


def variants():
    """Returns dict of name to Variant, for the first two cores of this process."""
    first, second, *_ = sorted(os.sched_getaffinity(0))
    plain = Variant.settings
    return {
        "one, one core": Variant(([first],)),
        "two workers, a core each": Variant(
            ([first], [second]), settings=(*plain, "--strategy", "multiworker")
        ),
        "two mirrored, two cores": Variant(
            ([first, second],), devices=2, settings=(*plain, "--strategy", "mirrored")
        ),
        "one, two cores": Variant(([first, second],)),
        "one, two cores, XLA": Variant(([first, second],), settings=()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards")
    parser.add_argument("--updates", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(machine.describe()))
    speeds = {name: [] for name in variants()}
    for _ in range(options.repeats):  # side by side, for a machine that others use too
        for name, variant in variants().items():
            speeds[name].append(speed(options.shards, options.updates, variant))
            print(f"{name}: {speeds[name][-1]:.2f} audio s/s", flush=True)
    one = statistics.median(speeds["one, one core"])
    rows = [
        {
            "name": name,
            "speed": statistics.median(found),
            "share": statistics.median(found) / one,
            "runs": ", ".join(f"{value:.1f}" for value in found),
        }
        for name, found in speeds.items()
    ]
    report.show("training, audio seconds a second", rows, COLUMNS)
    print(json.dumps(machine.describe()))


def speed(shards, updates, variant):
    """Returns seconds of audio that a variant trains on in a second, after the first line."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        lines = ("log_every=5", f"optimizer.updates={updates}", "optimizer.warmup_updates=5")
        lines += ("data.num_buckets=1", "evaluate_every=100000", "checkpoint_every=100000")
        command = ["pretrain", "small_pretrain", "--data", shards, "--out", str(out)]
        command += [part for line in lines for part in ("--set", line)]
        command += variant.settings
        processes = start(command, variant)
        for process in processes:
            if process.wait():
                sys.exit(f"a worker ended with {process.returncode}")
        rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    speeds = [row["audio_seconds_per_second"] for row in rows if row["split"] == "train"]
    return statistics.median(speeds[1:])


def start(command, variant):
    processes, count = [], len(variant.cores)
    workers = ",".join(f"127.0.0.1:{port}" for port in free_ports(count))
    for i, cores in enumerate(variant.cores):
        own = ["--workers", workers, "--worker", str(i)] if count > 1 else []
        arguments = [json.dumps(cores), str(variant.devices), *command, *own]
        processes.append(subprocess.Popen([sys.executable, "-c", START, *arguments]))
    return processes


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


if __name__ == "__main__":
    main()
