"""Ctrl-C in the middle of a step: a real signal to a real process."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import settings, tone

START = "from keras_w2v2.cli import program; program()"
PATIENCE = 120.0  # seconds to wait for a step to come into its middle


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", START, *(str(argument) for argument in arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        # A process group of its own, as in a shell: the signal goes to this command alone.
        start_new_session=True,
        # A test run in the background ignores SIGINT and would hand that down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def interrupted(process, in_the_middle):
    """Sends SIGINT once `in_the_middle()`; returns exit code and the lines of stderr."""
    limit = time.monotonic() + PATIENCE
    while not in_the_middle():
        if process.poll() is not None or time.monotonic() > limit:
            process.kill()
            pytest.fail(f"never came to its middle: {process.communicate()}")
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, err.splitlines()


def test_interrupted_preparing_carries_on(keras_w2v2, tmp_path):
    folder, out = tmp_path / "recordings", tmp_path / "shards"
    folder.mkdir()
    for number in range(400):
        tone(folder / f"{number:03d}.wav", "one two", 2.0, seed=number)
    command = ["prepare", folder, "--out", out]
    partial = tmp_path / ".shards.partial"
    code, err = interrupted(start(*command), lambda: any(partial.glob("*/result-*.json")))
    assert code == 2, err
    (line,) = [line for line in err if not line.startswith("preparing")]
    assert line.startswith("stopped; ") and line.endswith("the same command carries on")
    again = keras_w2v2(*command)
    assert again.code == 0
    assert "400 clips" in again.out and "carried on: " in again.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recordings", "shards"]


@pytest.mark.parametrize(
    "verb, tiny",
    [
        ("pretrain", "tiny_pretraining"),
        pytest.param("finetune", "tiny_finetuning", marks=pytest.mark.long),
    ],
)
def test_interrupted_learning_carries_on(verb, tiny, keras_w2v2, shards, request, tmp_path):
    out, tiny = tmp_path / "run", request.getfixturevalue(tiny)
    more = settings("optimizer.updates=120", "log_every=20", "checkpoint_every=20")
    command = [verb, "--data", shards, "--out", out, *tiny, *more]
    saved = out / "checkpoints" / "step-00000020.keras"
    code, err = interrupted(start(*command), saved.is_file)
    assert code == 2, err
    assert err[-1].startswith("stopped at update")
    assert "the same command carries on from update" in err[-1]
    assert not (out / "model.keras").exists()
    assert keras_w2v2(*command).code == 0
    assert (out / "model.keras").is_file()
    rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [row["updates"] for row in rows] == list(range(20, 121, 20))


@pytest.mark.parametrize("kind, name", [("savedmodel", "saved"), ("tflite", "model.tflite")])
def test_interrupted_exporting_leaves_nothing_and_starts_again(
    kind, name, keras_w2v2, recogniser, tmp_path
):
    if kind == "tflite":
        pytest.importorskip("ai_edge_quantizer", reason="needs the extra [export]")
    command = ["export", kind, recogniser, "--out", tmp_path / name]
    code, err = interrupted(start(*command), lambda: any(tmp_path.glob(f".{name}.partial-*")))
    assert code == 2, err
    assert err == ["interrupted: nothing half-written is left; the same command starts again"]
    assert not list(tmp_path.iterdir())
    assert keras_w2v2(*command).code == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]
