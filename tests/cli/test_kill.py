"""A run killed at any moment carries on bit for bit: real signals to a real process."""

import random
import signal
import time

import numpy as np
import pytest

from tests.cli.conftest import settings
from tests.cli.test_interruption import PATIENCE, start

CLOCKS = ("seconds", "time", "audio_seconds_per_second", "data_wait", "peak_megabytes")


def command(shards, out, tiny, updates, *more):
    regular = ("checkpoint_every=8", "evaluate_every=16", "model.layer_drop=0.2", "log_every=4")
    length = (f"optimizer.updates={updates}", "optimizer.warmup_updates=4")
    data = ["--data", shards, "--dev", shards, "--out", out]
    return ["pretrain", *data, *tiny, *settings(*regular, *length, *more)]


class Moment:
    """A moment in the life of a process that trains in `out`, as a random generator has it."""

    def __init__(self, name, out, generator):
        self.name, self.out = name, out
        longest = {"start": 6.0, "step": 0.4, "checkpoint": 0.04, "final save": 0.01}[name]
        self.delay = generator.uniform(0, longest)
        self._lines = self._metrics()

    def _metrics(self):
        file = self.out / "metrics.jsonl"
        return file.read_bytes().count(b"\n") if file.is_file() else 0

    def has_come(self):
        if self.name == "start":
            return True
        if self.name == "step":
            # A process that carries on first drops the lines beyond its checkpoint.
            self._lines, lines = min(self._lines, self._metrics()), self._metrics()
            return lines > self._lines
        pattern = {"checkpoint": "checkpoints/.step-*/*", "final save": ".model.keras.partial-*/*"}
        return any(self.out.glob(pattern[self.name]))


def wait_for(process, moment):
    limit = time.monotonic() + PATIENCE
    while not moment.has_come():
        if process.poll() is not None or time.monotonic() > limit:
            process.kill()
            pytest.fail(f"never came to its {moment.name}: {process.communicate()}")
        time.sleep(0.0005)
    time.sleep(moment.delay)


def killed(process, moment):
    """Kills a process at a moment; returns whether it lived until then."""
    wait_for(process, moment)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    return process.returncode == -signal.SIGKILL


def state(run):
    """Returns every number that a finished run keeps: its model and its last checkpoint (list)."""
    from keras_w2v2.training.runs import checkpoint_file
    from keras_w2v2.training.runs.run_folder import load_model

    last = checkpoint_file.listed(run.checkpoints)[-1][1]
    checkpoint, _ = checkpoint_file.load(last)
    variables = [*load_model(run.path).weights, *checkpoint.weights, *checkpoint.seed_states()]
    return [v.numpy() for v in [*variables, *checkpoint.optimizer.variables]]


def assert_the_same(one, other):
    from keras_w2v2.training.runs.run_folder import RunFolder

    one, other = RunFolder(one), RunFolder(other)
    for mine, theirs in zip(one.metrics(), other.metrics(), strict=True):
        assert mine.keys() == theirs.keys()
        for name in mine.keys() - set(CLOCKS):
            assert mine[name] == theirs[name], (mine["updates"], mine["split"], name)
    assert one.snapshots_file.read_text() == other.snapshots_file.read_text()
    for mine, theirs in zip(state(one), state(other), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def finish_and_compare(arguments, whole, keras_w2v2):
    """Lets a run end, and compares it with one that is let alone."""
    carried_on = keras_w2v2(*arguments)
    assert carried_on.code == 0, carried_on.err
    out = arguments[arguments.index("--out") + 1]
    undisturbed = [whole if argument == out else argument for argument in arguments]
    assert keras_w2v2(*undisturbed).code == 0
    assert_the_same(out, whole)
    assert not list(out.rglob(".*"))


def test_killed_while_it_writes_a_checkpoint(shards, tiny_pretraining, keras_w2v2, tmp_path):
    out = tmp_path / "run"
    arguments = command(shards, out, tiny_pretraining, 40)
    assert killed(start(*arguments), Moment("checkpoint", out, random.Random(0)))
    finish_and_compare(arguments, tmp_path / "whole", keras_w2v2)


@pytest.mark.long
@pytest.mark.parametrize("compiled", ["false", "true"])
def test_killed_at_twenty_moments(compiled, shards, tiny_pretraining, keras_w2v2, tmp_path):
    moments = ["start", "step", "step", "checkpoint", "step", "checkpoint"] * 3
    moments = [*(moments if compiled == "false" else moments[:4]), "final save", "final save"]
    out, generator = tmp_path / "run", random.Random(0)
    arguments = command(shards, out, tiny_pretraining, 400, f"jit_compile={compiled}")
    for name in moments:
        moment = Moment(name, out, generator)
        assert killed(start(*arguments), moment), f"it ended before its {name}"
    finish_and_compare(arguments, tmp_path / "whole", keras_w2v2)
