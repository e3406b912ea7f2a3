"""Runs run.py under qemu as one processor or another."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[2] / "build" / "arm"
# What sets the cores apart for LiteRT's int8 kernels, named as in /proc/cpuinfo: dot products, and
# products of int8 matrices.
INSTRUCTIONS = {
    "cortex-a53": frozenset(),
    "cortex-a76": frozenset({"asimddp"}),
    "cortex-a710": frozenset({"asimddp", "i8mm"}),
}
SECONDS_AT_MOST = 600


class EmulationError(Exception):
    """The emulated Python did not get to its end."""


@dataclass(frozen=True)
class Clip:
    """What a bundle said of one clip: logits [frames, vocabulary] and token_ids [symbols]."""

    logits: np.ndarray
    token_ids: np.ndarray


def ready():
    """Returns whether setup.sh has run to its end."""
    return (FOLDER / ".recipe").exists()


def run(core, cases_file, indices):
    """Runs cases on an emulated core.

    Args:
        core: str, one of INSTRUCTIONS.
        cases_file: path of cases.json.
        indices: list of int, the cases to run.

    Returns:
        dict of index -> Clip.

    Raises:
        EmulationError: with the last lines that the emulated Python wrote.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out.npz"
        python = FOLDER / "sysroot" / "usr" / "bin" / "python3.11"
        command = [FOLDER / "qemu-aarch64", "-cpu", core, python, HERE / "run.py"]
        try:
            done = subprocess.run(
                [*command, cases_file, out, *map(str, indices)],
                env=os.environ | _environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=SECONDS_AT_MOST,
            )
        except subprocess.TimeoutExpired as error:
            raise EmulationError(f"{core}: no end after {SECONDS_AT_MOST} s") from error
        if done.returncode:
            lines = done.stdout.decode(errors="replace").splitlines()[-12:]
            raise EmulationError(f"{core}: exit code {done.returncode}\n" + "\n".join(lines))
        return _read(core, out, indices)


def _read(core, out, indices):
    with np.load(out) as file:
        every = frozenset().union(*INSTRUCTIONS.values())
        found = every & set(str(file["instructions"]).split())
        if found != INSTRUCTIONS[core]:
            wanted = sorted(INSTRUCTIONS[core])
            raise EmulationError(f"{core}: emulated with {sorted(found)} instead of {wanted}")
        return {i: Clip(file[f"logits_{i}"], file[f"token_ids_{i}"]) for i in indices}


def _environment():
    return {
        "QEMU_LD_PREFIX": str(FOLDER / "sysroot"),
        "PYTHONPATH": str(FOLDER / "site"),
        # NumPy's second thread would wait by spinning, which costs a whole core under emulation.
        "OPENBLAS_NUM_THREADS": "1",
    }
