"""A run on continuous targets: no figures, pictures or findings of codes."""

import pytest

from keras_w2v2.training.guard.guard import Guard
from keras_w2v2.training.planning import weightless
from keras_w2v2.training.planning.cost_model import Architecture
from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.reports import report, snapshots
from keras_w2v2.training.runs.run_folder import RunFolder, load_model

CONTINUOUS = ["model.num_codebooks=0", "model.diversity_weight=0.0", "optimizer.updates=4"]
TIED = {"loss": 1.0, "contrastive_loss": 1.0, "accuracy": 0.0, "gradient_norm": 0.6}


@pytest.fixture(scope="module")
def run(tiny_pretraining, tones, tmp_path_factory):
    folder = tmp_path_factory.mktemp("continuous") / "run"
    pretrain(tiny_pretraining, tones, folder, settings=CONTINUOUS, progress=Quiet)
    return RunFolder(folder)


def test_its_lines_have_no_figures_of_codes(run):
    rows = run.metrics()
    assert [row["updates"] for row in rows] == [2, 4]
    of_codes = {"diversity_loss", "code_perplexity", "prob_perplexity", "temperature"}
    assert not of_codes & set(rows[-1]) and {"accuracy", "contrastive_loss"} <= set(rows[-1])


def test_its_report_has_no_picture_of_codes_and_is_healthy(run):
    rows = snapshots.read(run.snapshots_file)
    assert rows and all("codes" not in row and row["frames"] for row in rows)
    text = report.write(run.path).read_text(encoding="utf-8")
    assert "Codes in use" not in text and "Perplexity" not in text
    assert "nhealthy" not in text and "Accuracy of the contrastive task" in text


def test_it_is_saved_as_what_it_is(run):
    assert load_model(run.path).quantizer.num_codebooks == 0


def test_the_guard_sees_targets_that_tie_and_does_not_blame_the_codes(run):
    guard = Guard(run.config())
    (finding,) = [f for i in range(3) for f in guard.look({"updates": 20 * (i + 1), **TIED})]
    assert finding.name == "tie"
    assert "model.diversity_weight" not in finding.change and "codes" not in finding.why
    assert guard.health() == "unhealthy: tie (accuracy 0.00)"


def test_no_codes_are_scored_or_looked_up():
    from keras_w2v2 import Wav2Vec2ForPreTraining

    def head(**settings):
        model = weightless.build(
            lambda: Wav2Vec2ForPreTraining.from_preset("wav2vec2_base", **settings)
        )
        return Architecture.of(model).head_flops

    assert head(num_codebooks=0) == 2 * 512 * 256 + 2 * 768 * 256
    assert head() == 2 * 512 * 640 + 2 * 2 * 320 * 128 + 2 * 256 * 256 + 2 * 768 * 256
