import json
import shutil

import numpy as np
import pytest

from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.reports import code_picture, mask_picture, report, sections, snapshots
from keras_w2v2.training.runs.run_folder import RunFolder

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def pretrained(tiny_pretraining, tones, tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched") / "pre"
    pretrain(tiny_pretraining, tones, folder, settings=["evaluate_every=4"], progress=Quiet)
    return RunFolder(folder)


def test_pretraining_counts_how_many_frames_took_each_code(pretrained):
    rows = snapshots.read(pretrained.snapshots_file)
    assert [row["updates"] for row in rows] == [2, 4, 6]  # the first line, each evaluation
    for row in rows:
        assert [len(book) for book in row["codes"]] == [8, 8]
        assert {sum(book) for book in row["codes"]} == {sum(row["frames"])}


def test_finetuning_keeps_what_it_read(finetuned_run):
    rows = snapshots.read(finetuned_run.snapshots_file)
    assert [row["updates"] for row in rows] == [2, 4, 6]
    heard = rows[-1]["transcripts"]
    assert [clip["reference"] for clip in heard[:3]] == ["ONE", "TWO ONE", "THREE"]
    assert {clip["id"] for clip in heard} <= {f"clip{i}" for i in range(24)}


def test_a_look_draws_nothing_random(pretrained, pretrained_run):
    """With other looks the run has the same figures."""
    for row, other in zip(pretrained_run.metrics(), pretrained.metrics(), strict=True):
        assert row["loss"] == other["loss"]


def test_lines_beyond_a_checkpoint_are_written_again(tmp_path):
    class Model:
        class optimizer:  # noqa: N801
            iterations = 4

    path = tmp_path / "snapshots.jsonl"
    path.write_text('{"updates": 2}\n{"updates": 4}\n{"updates": 6}\n{"upd')
    callback = snapshots.Snapshots(path, [], 10, 10, 2)
    callback.set_model(Model())
    callback.on_train_begin()
    assert [row["updates"] for row in snapshots.read(path)] == [2, 4]


def test_the_report_of_pretraining_shows_codes_masks_and_machine(pretrained):
    text = report.write(pretrained.path).read_text()
    for heading in ("Codes in use", "Masks", "Hardware and speed", "Configuration"):
        assert f"<h2>{heading}</h2>" in text
    assert "waiting for data" in text and "most memory of the process" in text
    assert "Transcripts over time" not in text


def test_the_report_of_finetuning_shows_transcripts_and_the_worst_errors(finetuned_run):
    text = report.write(finetuned_run.path).read_text()
    assert "<h2>Transcripts over time</h2>" in text and "<td>TWO ONE</td>" in text
    assert "<h2>Worst errors</h2>" in text and "<td>speaker0</td>" in text
    assert json.loads(finetuned_run.evaluation_file.read_text())["clips"] == 24
    assert "Codes in use" not in text


def test_the_report_says_what_the_guard_finds(pretrained, tmp_path):
    run = RunFolder(shutil.copytree(pretrained.path, tmp_path / "run"))
    last = run.metrics()[-1]
    run.append_metrics(last | {"updates": 40, "code_perplexity": 2.0, "accuracy": 0.0})
    line, (finding,) = sections.examined(run)
    assert line.startswith("unhealthy: codebook collapse")
    text = report.write(run.path).read_text()
    assert "Unhealthy: codebook collapse" in text
    assert "codebook collapse at update 40: perplexity 2.0 of 16 codes" in text
    run.append_metrics(finding.row())  # as a run that is watched does
    assert sections.examined(run) == (line, [finding])


def test_the_perplexity_in_the_picture_is_that_of_the_codes_used():
    assert code_picture.perplexity(np.full(64, 1 / 64)) == pytest.approx(64)
    assert code_picture.perplexity(np.eye(64)[3]) == 1.0
    shares = np.array([0.5, 0.25, 0.25, 0.0])
    assert code_picture.perplexity(shares) == pytest.approx(2 ** (0.5 * 1 + 0.5 * 2))


def test_every_codebook_has_its_picture():
    rows = [{"updates": i, "codes": [[i, 1, 0, 0], [1, 1, 1, 1]]} for i in (1, 5)]
    (first, png), (second, _) = code_picture.pictures(rows)
    assert second == "Codebook 2: perplexity 4.0 of 4 at update 5"
    assert first.startswith("Codebook 1: perplexity 1.6 of 4")
    assert png.startswith(PNG)
    assert code_picture.pictures([{"updates": 1, "frames": [3]}]) == []


def test_the_mask_in_the_picture_keeps_the_rules_of_training():
    model = {"mask_prob": 0.65, "mask_span": 10, "mask_min_spans": 2}
    masks = mask_picture.drawn([200, 50], model)
    assert masks.shape == (2, 200)
    assert not masks[1, 50:].any()  # nothing behind the end of a clip
    assert masks[0].sum() >= 13 and masks[1].sum() >= 11  # spans of 10 that differ
    title, png = mask_picture.picture([200, 50], masks, 0.02)
    share = masks.sum() / 250
    assert title.startswith(f"{share:.0%} of the frames")
    assert png.startswith(PNG)
