import json
import math
import os
import shutil
import signal
from dataclasses import replace

import numpy as np
import pytest

from keras_w2v2 import Wav2Vec2ForPreTraining
from keras_w2v2.errors import UserError
from keras_w2v2.training.configuration.schema import PretrainConfig
from keras_w2v2.training.fitting import Stopped
from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs import checkpoint_file, checkpoints
from keras_w2v2.training.runs.lock import locked
from keras_w2v2.training.runs.run_folder import RunFolder, load_model
from keras_w2v2.training.runs.termination import Terminated

CLOCKS = ("seconds", "time", "audio_seconds_per_second", "data_wait", "peak_megabytes")


class InterruptedAt(Quiet):
    """Presses Ctrl-C before an update."""

    at = 5

    def update(self, done, **figures):
        super().update(done, **figures)
        if not figures and done == self.at:
            raise KeyboardInterrupt


class TerminatedAt(Quiet):
    """Is sent a SIGTERM, as before a machine is taken away, in an update."""

    def update(self, done, **figures):
        super().update(done, **figures)
        if not figures and done == 2:  # then 3 is the next safe point, the middle of an epoch
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture
def whole(pretrained_run):
    """A run of six updates without a stop."""
    return pretrained_run


@pytest.fixture(scope="module")
def stopped(tiny_pretraining, tones, tmp_path_factory):
    """The same run stopped in its sixth update, and what it said."""
    folder = tmp_path_factory.mktemp("stopped") / "run"
    with pytest.raises(Stopped) as stop:
        pretrain(tiny_pretraining, tones, folder, progress=InterruptedAt)
    return RunFolder(folder), str(stop.value)


def copy_of(run, tmp_path):
    return RunFolder(shutil.copytree(run.path, tmp_path / "run"))


def assert_the_same(run, whole):
    """Curves, means over epochs among them, and weights, bit for bit."""
    assert [row["updates"] for row in run.metrics()] == [2, 4, 6]
    for row, expected in zip(run.metrics(), whole.metrics(), strict=True):
        for name in set(expected) - set(CLOCKS):
            assert row[name] == expected[name], name
    weights, expected = load_model(run.path).get_weights(), load_model(whole.path).get_weights()
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def refusal(*arguments, **more):
    with pytest.raises(UserError) as error:
        pretrain(*arguments, progress=Quiet, **more)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_run_folder_holds_all_that_the_design_names(whole):
    names = {path.name for path in whole.path.iterdir()}
    assert names == {
        *("config.yaml", "machine.json", "metrics.jsonl", "snapshots.jsonl"),
        *("logs", "checkpoints", "model.keras"),
    }
    saved = [path.name for _, path in checkpoints.listed(whole.checkpoints)]
    assert saved == [f"step-0000000{n}.keras" for n in (2, 4, 6)]
    assert list(whole.logs.glob("train/events.out.tfevents.*"))


def test_every_line_of_metrics_has_all_figures(whole):
    rows = whole.metrics()
    assert [row["updates"] for row in rows] == [2, 4, 6]
    for row in rows:
        assert row["split"] == "train"
        numbers = {k: v for k, v in row.items() if k not in ("split", "time")}
        assert all(math.isfinite(v) for v in numbers.values())
        assert {"loss", "accuracy", "code_perplexity", "gradient_norm", "temperature"} <= {*row}
        assert row["audio_seconds_per_second"] > 0
    # Linear from 1e-3 at update 2 to 0 at update 6.
    assert [row["learning_rate"] for row in rows] == pytest.approx([1e-3, 5e-4, 0.0])


def test_the_configuration_of_a_run_is_itself_a_recipe(whole, tiny_pretraining, tones):
    config = PretrainConfig.load(whole.config_file)
    assert config.optimizer == tiny_pretraining.optimizer
    assert config.model.num_layers == 1
    assert config.model.mask_prob == 0.65  # resolved from the model's default
    assert config.inputs.data == [str(tones)]


def test_the_final_model_is_the_last_checkpoint_without_its_optimizer(whole):
    final = load_model(whole.path)
    last = load_model(checkpoints.listed(whole.checkpoints)[-1][1])
    assert not final.compiled
    assert (
        whole.model_file.stat().st_size
        < checkpoints.listed(whole.checkpoints)[-1][1].stat().st_size
    )
    for one, other in zip(final.get_weights(), last.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_ctrl_c_says_where_it_stopped_and_leaves_nothing_half_written(stopped):
    run, said = stopped
    assert said == "stopped at update 5; the same command carries on from update 4"
    assert not run.finished
    assert not list(run.path.rglob(".*"))


def test_an_interrupted_run_carries_on_to_the_same_metrics_and_weights(
    whole, stopped, tiny_pretraining, tones, tmp_path
):
    run = copy_of(stopped[0], tmp_path)
    run.append_metrics({"split": "train", "updates": 6, "loss": 99.0})  # beyond the checkpoint
    pretrain(tiny_pretraining, tones, run.path, progress=Quiet)
    assert_the_same(run, whole)


def test_a_run_ended_by_sigterm_loses_nothing_and_carries_on_to_the_same(
    whole, tiny_pretraining, tones, tmp_path, capsys
):
    run = RunFolder(tmp_path / "run")
    with pytest.raises(Terminated) as stop:
        pretrain(tiny_pretraining, tones, run.path, progress=TerminatedAt)
    assert stop.value.code == 0
    assert "SIGTERM: saved at update 3; the same command carries on" in capsys.readouterr().err
    assert checkpoints.listed(run.checkpoints)[-1][0] == 3
    pretrain(tiny_pretraining, tones, run.path, progress=Quiet)
    assert_the_same(run, whole)


def test_a_run_of_an_older_version_carries_on_where_newer_keys_say_what_it_did(
    whole, stopped, tiny_pretraining, tones, tmp_path
):
    def older(values):
        del values["data"]["own_shards"], values["model"]["recompute"]
        return values

    run = copy_of(stopped[0], tmp_path)
    run.begin(older(run.config()))
    model, record = checkpoint_file.load(checkpoints.listed(run.checkpoints)[-1][1])
    checkpoint_file.save(model, run.checkpoints, replace(record, recipe=older(record.recipe)))
    message = refusal(tiny_pretraining, tones, run.path, settings=["data.own_shards=true"])
    assert "(data.own_shards is False there, True here)" in message
    pretrain(tiny_pretraining, tones, run.path, progress=Quiet)
    assert_the_same(run, whole)


def test_a_finished_run_is_not_trained_again(whole, tiny_pretraining, tones):
    message = refusal(tiny_pretraining, tones, whole.path)
    assert message.endswith(f"to train it anew, give another --out, or remove {whole.path}")


def test_another_configuration_in_the_same_folder_is_refused_by_its_keys(
    stopped, tiny_pretraining, tones
):
    message = refusal(
        tiny_pretraining, tones, stopped[0].path, settings=["optimizer.peak_rate=2e-3", "seed=7"]
    )
    assert "optimizer.peak_rate is 0.001 there, 0.002 here; seed is 0 there, 7 here" in message
    assert f"remove {stopped[0].path}" in message


def test_a_folder_with_other_files_is_left_alone(tiny_pretraining, tones, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    assert "holds other files and no run" in refusal(tiny_pretraining, tones, tmp_path)


def test_clips_too_short_to_mask_are_refused(tiny_pretraining, tones, tmp_path):
    message = refusal(tiny_pretraining, tones, tmp_path / "run", settings=["model.mask_span=10"])
    assert "data.min_seconds is 0.2" in message and "raise it to 0.23 or more" in message
    refusal(tiny_pretraining, tones, tmp_path / "runs" / "run", settings=["model.mask_span=10"])
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_another_process_trains_is_refused_before_a_model_is_made(
    tiny_pretraining, tones, tmp_path, monkeypatch
):
    monkeypatch.setattr(Wav2Vec2ForPreTraining, "from_preset", None)  # a call would be a TypeError
    with locked(tmp_path):
        assert "another process is training in" in refusal(tiny_pretraining, tones, tmp_path)


def test_missing_shards_leave_no_run_behind(tiny_pretraining, tmp_path):
    assert "does not exist" in refusal(tiny_pretraining, tmp_path / "none", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_full_disk_is_said_in_one_line(stopped, tiny_pretraining, tones, tmp_path, monkeypatch):
    run = copy_of(stopped[0], tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunFolder, "forget_metrics_after", full)
    message = refusal(tiny_pretraining, tones, run.path)
    assert message.startswith("no space left on the disk of")
    assert "carries on" in message


def test_a_half_written_line_of_metrics_is_forgotten(tmp_path):
    run = RunFolder(tmp_path)
    run.metrics_file.write_text(json.dumps({"updates": 2}) + '\n{"updates": 4, "lo')
    assert run.metrics() == [{"updates": 2}]
    run.forget_metrics_after(10)
    assert run.metrics_file.read_text() == '{"updates": 2}\n'
