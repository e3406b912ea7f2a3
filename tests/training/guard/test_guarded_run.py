"""The guard in real runs: a model that collapses in seconds, and one that does not."""

import math

import pytest

from keras_w2v2.cli import failures
from keras_w2v2.errors import UnhealthyRunError
from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs import checkpoints
from keras_w2v2.training.runs.run_folder import RunFolder

COLLAPSING = [
    "model.conv_filters=[8,8,8,8,8,8,8]",  # the published convolutions, through which it collapses
    "model.conv_kernels=[10,3,3,3,3,2,2]",
    "model.conv_strides=[5,2,2,2,2,2,2]",
    "model.num_layers=2",
    "model.diversity_weight=0.0",
    "model.feature_penalty_weight=0.0",
    "model.feature_grad_mult=1.0",
    "optimizer.peak_rate=0.5",
    "optimizer.updates=60",
    "log_every=10",
    "checkpoint_every=10",
]


class Notes(Quiet):
    """Keeps what is shown."""

    lines, healths = [], []

    def note(self, text):
        self.lines.append(text)

    def update(self, done, *, health=None, **figures):
        super().update(done, health=health, **figures)
        if health:
            self.healths.append(health)


@pytest.fixture(scope="module")
def stopped(tiny_pretraining, tones, tmp_path_factory):
    """A run without diversity loss at a high rate, and what the guard said of it."""
    folder = tmp_path_factory.mktemp("collapsed") / "run"
    with pytest.raises(UnhealthyRunError) as stop:
        pretrain(tiny_pretraining, tones, folder, settings=COLLAPSING, progress=Quiet)
    return RunFolder(folder), str(stop.value)


def test_a_collapsing_run_is_ended_within_60_updates_with_the_right_explanation(stopped):
    run, said = stopped
    assert "codebook collapse at update" in said and "\n" not in said
    assert "model.diversity_weight=0 does not keep the codes apart" in said
    assert "optimizer.peak_rate=0.5 is high for a width of 16" in said
    assert "Change model.diversity_weight=0.1, optimizer.peak_rate=0.019 " in said
    last = run.metrics()[-1]
    assert last["split"] == "guard" and last["finding"] == "codebook collapse"
    assert last["updates"] < 60
    assert last["change"] == {"model.diversity_weight": 0.1, "optimizer.peak_rate": 0.019}


def test_checkpoints_from_before_the_collapse_was_certain_are_left(stopped):
    run, said = stopped
    updates = [row["updates"] for row in run.metrics() if row["split"] == "train"]
    saved = [updates for updates, _ in checkpoints.listed(run.checkpoints)]
    assert not run.finished
    assert saved and saved[-1] == updates[-2]
    assert f"carry on from update {saved[-1]} with --set guard.action=warn" in said


def test_with_warn_the_run_carries_on_and_says_each_thing_once(stopped, tiny_pretraining, tones):
    run, _ = stopped
    Notes.lines, Notes.healths = [], []
    more = [*COLLAPSING, "guard.action=warn"]
    pretrain(tiny_pretraining, tones, run.path, settings=more, progress=Notes)
    assert run.finished
    assert run.config()["guard"]["action"] == "warn"
    warnings = [line for line in Notes.lines if line.startswith("warning: codebook collapse")]
    assert len(warnings) == 1
    assert Notes.healths[-1].startswith("unhealthy: codebook collapse")


def test_the_values_that_the_guard_asks_for_do_not_collapse(tiny_pretraining, tones, tmp_path):
    mended = ["model.diversity_weight=0.1", "optimizer.peak_rate=0.019"]
    pretrain(
        tiny_pretraining, tones, tmp_path / "run", settings=[*COLLAPSING, *mended], progress=Quiet
    )
    rows = RunFolder(tmp_path / "run").metrics()
    assert {row["split"] for row in rows} == {"train"}
    assert rows[-1]["code_perplexity"] > 4  # of 16, where a collapse has 2


def test_the_command_line_ends_with_a_code_of_its_own(capsys):
    error = UnhealthyRunError("the guard ended 'runs/a': codebook collapse at update 40")
    assert failures.report(error, "pretrain") == failures.UNHEALTHY == 4
    assert capsys.readouterr().err.startswith("error: the guard ended 'runs/a'")


def test_every_line_tells_waiting_and_memory(stopped):
    run, _ = stopped
    for row in (row for row in run.metrics() if row["split"] == "train"):
        assert 0 <= row["data_wait"] <= 1
        assert row["peak_megabytes"] > 100
        assert math.isfinite(row["audio_seconds_per_second"])


def test_tensorboard_has_every_figure_and_the_finding(stopped):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run, _ = stopped
    events = EventAccumulator(str(run.logs / "train"))
    events.Reload()
    row = next(row for row in run.metrics() if row["split"] == "train")
    figures = set(row) - {"split", "updates", "seconds", "time"}
    assert {"data_wait", "audio_seconds_per_second", "peak_megabytes"} < figures
    assert set(events.Tags()["tensors"]) == figures | {"guard"}
