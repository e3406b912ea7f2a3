import json
import logging

from keras_w2v2.training import json_lines
from keras_w2v2.training.runs.run_folder import RunFolder

LINES = [{"split": "train", "updates": 10 * n, "loss": 1.0} for n in (1, 2, 3)]


def write(path, *lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def test_lines_behind_a_damaged_one_are_read(tmp_path, caplog):
    first, second, third = map(json.dumps, LINES)
    for number, damaged in enumerate((second[:9], "5", '{"loss": 1.0}', '{"updates": "20"}')):
        path = tmp_path / f"{number}.jsonl"
        write(path, first, damaged, third)
        with caplog.at_level(logging.WARNING):
            assert json_lines.read(path) == [LINES[0], LINES[2]]
        assert f"'{path}': line 2 is damaged and is left out" in caplog.text


def test_a_line_that_is_being_written_is_left_out_without_a_word(tmp_path, caplog):
    path = tmp_path / "metrics.jsonl"
    path.write_text(json.dumps(LINES[0]) + "\n" + json.dumps(LINES[1])[:9])
    assert json_lines.read(path) == LINES[:1]
    assert not caplog.text


def test_a_line_separator_in_a_name_ends_no_line(tmp_path):
    row = {"updates": 1, "transcripts": [{"id": "two\u2028lines"}]}
    path = tmp_path / "snapshots.jsonl"
    write(path, json.dumps(row, ensure_ascii=False))
    assert json_lines.read(path) == [row]


def test_carrying_on_keeps_the_lines_behind_a_damaged_one(tmp_path):
    run = RunFolder(tmp_path)
    write(run.metrics_file, "damaged", *map(json.dumps, LINES))
    run.forget_metrics_after(20)
    assert run.metrics() == LINES[:2]
