import json
import math

import pytest
import yaml

from keras_w2v2.errors import UserError
from keras_w2v2.training.configuration.schema import FinetuneConfig, PretrainConfig
from keras_w2v2.training.reports import curve_pictures, report
from keras_w2v2.training.reports import html_page as page
from keras_w2v2.training.runs.run_folder import RunFolder

PNG = b"\x89PNG"


def rows(split="train", count=6, **figures):
    return [
        {"split": split, "updates": 10 * (i + 1), "seconds": 2.0 * i, **figures}
        for i in range(count)
    ]


@pytest.fixture
def run(tmp_path):
    """A fine-tuning run in the middle."""
    config = FinetuneConfig.load("small_finetune", ["optimizer.updates=100"]).model_dump()
    config["model"] |= {"hidden_dim": 192, "freeze_transformer_updates": 0}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    lines = rows(loss=1.5, character_error_rate=0.25, audio_seconds_per_second=40.0)
    lines += rows("dev", 2, character_error_rate=0.5)
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def test_a_report_needs_nothing_outside_itself(run):
    text = report.write(run).read_text()
    assert "<img" in text
    assert "http" not in text
    assert "name='viewport'" in text


def test_a_configuration_of_another_program_is_no_run(tmp_path):
    (tmp_path / "config.yaml").write_text("task: pretrain\nmodel: {}\n")
    with pytest.raises(UserError, match="is no run: its config.yaml has no data"):
        report.write(tmp_path)
    assert not (tmp_path / "report.html").exists()


def test_figures_of_the_dev_shards_go_before_those_of_training(run):
    text = report.write(run).read_text()
    assert "50.0%" in text
    assert "25.0%" not in text


def test_a_run_without_figures_yet_has_a_report(tmp_path):
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(FinetuneConfig().model_dump()))
    assert "No figures yet" in report.write(tmp_path).read_text()


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(UserError, match="no run"):
        report.write(tmp_path)


def test_the_time_of_every_process_that_worked_on_a_run_is_added():
    from keras_w2v2.training.reports.report import _effort

    class Folder:
        def config(self):
            return {"optimizer": {"updates": 90}}

    lines = rows(audio_seconds_per_second=1.0)  # 0 to 10 s, then a second process: 0 to 4 s
    lines += [row | {"updates": row["updates"] + 60} for row in lines[:3]]
    assert _effort(Folder(), lines).startswith("90 of 90 updates in 14 s")


def test_a_guess_is_one_among_all_kinds_of_distractors(tmp_path):
    model = {"num_codebooks": 2, "codebook_size": 64, "diversity_weight": 0.1}
    model |= {"num_distractors": 20, "cross_utterance_distractors": 30, "codebook_distractors": 0}
    values = PretrainConfig().model_dump()
    values["model"] |= model
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    assert report._chance(RunFolder(tmp_path)) == pytest.approx(math.log(51))


def test_only_figures_that_were_measured_are_drawn():
    drawn = curve_pictures.pictures(rows(loss=2.0, accuracy=0.5))
    assert [title for title, _ in drawn] == ["Loss", "Accuracy of the contrastive task"]
    assert all(png.startswith(PNG) for _, png in drawn)


def test_figures_that_are_not_finite_are_left_out():
    lines = rows(loss=2.0)
    lines[1]["loss"] = float("nan")
    assert curve_pictures._series(lines, "train", "loss")[0] == [10, 30, 40, 50, 60]


def test_text_is_escaped():
    assert "<script>" not in page.paragraph("<script>") + page.table(["a"], [["<script>"]])
    assert "<script>" not in page.code("<script>") + page.heading("<script>")


def test_columns_of_numbers_stand_to_the_right():
    text = page.table(["name", "size"], [["a", 1], ["b", 2.5]])
    assert "<td>a</td><td class=number>1</td>" in text
    assert "<td class=number>2.5</td>" in text
