"""One device, two mirrored devices and two worker processes train alike."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from keras_w2v2.data import shards
from keras_w2v2.errors import UserError
from keras_w2v2.training.configuration.schema import PretrainConfig
from keras_w2v2.training.finetune import finetune
from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs.run_folder import RunFolder, load_model
from keras_w2v2.training.workers import strategies
from tests.cli.test_interruption import start

TRAINER = str(Path(__file__).with_name("trainer.py"))
PATIENCE = 600.0
STARTED = []
FIGURES = ("loss", "contrastive_loss", "accuracy", "prob_perplexity", "gradient_norm")


@pytest.fixture(scope="module")
def recipe(tiny_pretraining, tmp_path_factory):
    """Twenty updates with a line each; batches of seven clips, which two devices share unevenly."""
    values = tiny_pretraining.model_dump(mode="json", exclude_none=True)
    values["model"] |= {"num_layers": 1, "conv_filters": [6, 6], "conv_kernels": [20, 20]}
    values["model"]["conv_strides"] = [16, 20]
    values["data"]["batch_seconds"] = 3.6
    values["optimizer"] |= {"updates": 20, "warmup_updates": 5}
    values |= {"log_every": 1, "checkpoint_every": 5, "evaluate_every": 10}
    path = tmp_path_factory.mktemp("recipe") / "twenty.json"
    path.write_text(json.dumps(values), encoding="utf-8")  # which is YAML too
    return path


@pytest.fixture(autouse=True)
def nobody_stays():
    """Ends the workers that a failed test has left waiting for each other."""
    yield
    while STARTED:
        STARTED.pop().kill()


def two_addresses():
    """Two free ports of this machine, as --workers takes them."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    workers = ",".join(f"127.0.0.1:{one.getsockname()[1]}" for one in sockets)
    for one in sockets:
        one.close()
    return workers


def start_pair(data, out, recipe, *settings):
    """Starts two workers that call `pretrain`."""
    workers = two_addresses()
    common = [*map(str, (data, out, recipe, workers))]
    STARTED[:] = [
        subprocess.Popen(
            [sys.executable, TRAINER, json.dumps([*common, str(i), *settings])],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={name: value for name, value in os.environ.items() if name != "TF_CONFIG"},
        )
        for i in range(2)
    ]
    return list(STARTED)


def ended(process):
    try:
        _, said = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"it hangs: {process.communicate()}")
    return process.returncode, said


@pytest.fixture(scope="module")
def one_device(tones, recipe, tmp_path_factory):
    out = tmp_path_factory.mktemp("one") / "run"
    pretrain(recipe, tones, out, dev=tones, progress=Quiet)
    return RunFolder(out)


def assert_the_same_curve(run, expected, tolerance, figures=FIGURES):
    assert len(expected.metrics()) == 22  # twenty of training, two of the dev shards
    for row, other in zip(run.metrics(), expected.metrics(), strict=True):
        assert (row["split"], row["updates"]) == (other["split"], other["updates"])
        for name in figures if row["split"] == "train" else figures[:-1]:
            assert row[name] == pytest.approx(other[name], rel=tolerance), (row["updates"], name)


def test_two_mirrored_devices_give_the_curve_of_one(
    tones, recipe, one_device, two_devices, tmp_path, monkeypatch
):
    made = []
    mirrored = lambda devices: made.append(devices) or two_devices  # noqa: E731
    monkeypatch.setattr(strategies.tf.distribute, "MirroredStrategy", mirrored)
    settings = {"settings": ["strategy=mirrored"], "progress": Quiet}
    pretrain(recipe, tones, tmp_path / "run", dev=tones, **settings)
    assert [len(devices) for devices in made] == [2]
    assert_the_same_curve(RunFolder(tmp_path / "run"), one_device, 1e-5)


def test_two_workers_give_the_curve_of_one(tones, recipe, one_device, tmp_path):
    run = RunFolder(tmp_path / "run")
    for code, said in map(ended, start_pair(tones, run.path, recipe)):
        assert code == 0, said
    assert_the_same_curve(run, one_device, 1e-5)
    kept = {"config.yaml", "metrics.jsonl", "snapshots.jsonl", "machine.json", "logs"}
    assert {path.name for path in run.path.iterdir()} == kept | {"checkpoints", "model.keras"}


def in_two_shards(folder, out):
    """Writes the clips of a folder of one shard into two."""
    import tensorflow as tf

    (index,) = shards.load_all(folder)
    halves = [index.table()[:12], index.table()[12:]]
    data, written = iter(tf.data.TFRecordDataset(index.files).as_numpy_iterator()), []
    out.mkdir()
    for number, half in enumerate(halves):
        path = out / f"shard-{number:05d}-of-00002.tfrecord"
        with tf.io.TFRecordWriter(str(path)) as writer:
            for _ in half:
                writer.write(next(data))
        samples = sum(clip.num_samples for clip in half)
        size, checksum = path.stat().st_size, shards.sha256(path)
        written.append(shards.ShardFile(path.name, size, len(half), samples, checksum))
    shards.write_index(out, written, index.table(), source={"path": "tones"}, rejected=[])
    return out


@pytest.mark.long
def test_two_workers_learn_each_from_shards_of_its_own(tones, recipe, tmp_path):
    run, two = RunFolder(tmp_path / "run"), in_two_shards(tones, tmp_path / "shards")
    for code, said in map(ended, start_pair(two, run.path, recipe, "data.own_shards=true")):
        assert code == 0, said
    rows = [row for row in run.metrics() if row["split"] == "train"]
    assert len(rows) == 20 and rows[-1]["loss"] < rows[0]["loss"]


def start_commands(folder, out, recipe, verb="pretrain"):
    """Starts two workers from the command line, in process groups of their own."""
    workers = ("--strategy", "multiworker", "--workers", two_addresses())
    data = ("--data", folder, "--dev", folder, "--out", out)
    STARTED[:] = [start(verb, recipe, *data, *workers, "--worker", i) for i in range(2)]
    return list(STARTED)


def wait_for_update_five(run, pair):
    limit = time.monotonic() + PATIENCE
    while not (run.checkpoints / "step-00000005.keras").is_file():
        ends = [process.poll() for process in pair]
        assert ends == [None, None] and time.monotonic() < limit, [ended(p) for p in pair]
        time.sleep(0.01)


def finish_and_compare(folder, run, recipe, expected):
    for code, said in map(ended, start_commands(folder, run.path, recipe)):
        assert code == 0, said
    assert_the_same_curve(run, expected, 1e-6)


@pytest.mark.long
@pytest.mark.parametrize("victim", [0, 1])
def test_when_a_worker_is_killed_the_other_ends_and_both_carry_on(
    victim, tones, recipe, one_device, tmp_path
):
    run = RunFolder(tmp_path / "run")
    pair = start_commands(tones, run.path, recipe)
    wait_for_update_five(run, pair)
    pair[victim].send_signal(signal.SIGKILL)
    code, said = ended(pair[1 - victim])
    assert code == 2, said
    assert "another worker is gone" in said and "start all workers again" in said
    assert "Traceback" not in said
    ended(pair[victim])
    assert not run.finished
    finish_and_compare(tones, run, recipe, one_device)


@pytest.mark.long
def test_sigterm_to_one_worker_stops_all_with_a_checkpoint(tones, recipe, one_device, tmp_path):
    run = RunFolder(tmp_path / "run")
    pair = start_commands(tones, run.path, recipe)
    wait_for_update_five(run, pair)
    pair[1].send_signal(signal.SIGTERM)
    for code, said in map(ended, pair):
        assert code == 0, said
        assert "SIGTERM: saved at update" in said and "Traceback" not in said
    assert not run.finished
    finish_and_compare(tones, run, recipe, one_device)


@pytest.mark.long
def test_two_workers_fine_tune_to_the_curve_the_averages_and_the_errors_of_one(
    tones, tiny_finetuning, tmp_path
):
    values = tiny_finetuning.model_dump(mode="json", exclude_none=True)
    values["optimizer"] |= {"updates": 20, "ema_momentum": 0.9, "gradient_accumulation": 2}
    values |= {"log_every": 1, "checkpoint_every": 10, "evaluate_every": 10}
    recipe = tmp_path / "twenty.json"
    recipe.write_text(json.dumps(values), encoding="utf-8")
    one, two = RunFolder(tmp_path / "one"), RunFolder(tmp_path / "two")
    finetune(recipe, tones, one.path, dev=tones, progress=Quiet)
    for code, said in map(ended, start_commands(tones, two.path, recipe, "finetune")):
        assert code == 0, said
    assert_the_same_curve(two, one, 1e-5, ("loss", "blank_rate", "learning_rate"))
    weights = [load_model(run.path).get_weights() for run in (one, two)]
    # Of a common scale: the keys' biases change no logit, so rounding alone moves them.
    largest = max(np.abs(weight).max() for weight in weights[0])
    for mine, theirs in zip(*weights, strict=True):
        np.testing.assert_allclose(theirs, mine, rtol=0, atol=1e-5 * largest)
    errors = [json.loads(run.evaluation_file.read_text())["speakers"] for run in (one, two)]
    assert errors[0] == errors[1]


@pytest.mark.long
def test_the_guard_ends_all_workers_alike(tones, recipe, tmp_path):
    values = json.loads(recipe.read_text())
    values["optimizer"] |= {"updates": 60, "peak_rate": 50.0}
    (tmp_path / "wild.json").write_text(json.dumps(values), encoding="utf-8")
    pair = start_commands(tones, tmp_path / "run", tmp_path / "wild.json")
    ends = [ended(process) for process in pair]
    assert [code for code, _ in ends] == [4, 4], ends
    first, second = (said.splitlines()[-1] for _, said in ends)
    assert first == second and f"the guard ended '{tmp_path / 'run'}'" in first
    assert "guard" in [row["split"] for row in RunFolder(tmp_path / "run").metrics()]


def refusal(strategy, workers=None, worker=None):
    config = PretrainConfig.load({"strategy": strategy})
    with pytest.raises(UserError) as error:
        strategies.build(config, {}, workers, worker)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_without_gpus_there_is_nothing_to_mirror_on(monkeypatch):
    one = {"CPU": [type("Device", (), {"name": "/CPU:0"})], "GPU": []}
    monkeypatch.setattr(strategies.tf.config, "list_logical_devices", one.get)
    assert "strategy mirrored needs GPUs, and TensorFlow sees none" in refusal("mirrored")


def test_without_a_tpu_the_strategy_is_refused(monkeypatch):
    def none(tpu):
        raise ValueError(f"Could not lookup TPU metadata from name '{tpu}'.\nDetails")

    monkeypatch.setattr(strategies.tf.distribute.cluster_resolver, "TPUClusterResolver", none)
    assert "strategy tpu finds no TPU (Could not lookup TPU metadata" in refusal("tpu")


def test_workers_without_their_strategy_are_refused():
    assert "--workers is given, but strategy is none" in refusal("none", "a:1,b:1", 0)


def test_an_unreachable_worker_ends_in_one_line(monkeypatch):
    monkeypatch.setattr(strategies, "PATIENCE_SECONDS", 0.3)
    monkeypatch.delenv("TF_CONFIG", raising=False)
    said = refusal("multiworker", "127.0.0.1:9,127.0.0.1:10", 1)
    assert said == "worker 0 (127.0.0.1:9) cannot be reached: start it, or check the address"
