"""keras-w2v2 gate and export --gate: exit codes, files, and what is printed."""

import json

import pytest

pytest.importorskip("ai_edge_quantizer", reason="needs the extra [export]")


@pytest.fixture(scope="module")
def bundle(recogniser, tmp_path_factory):
    from keras_w2v2.cli import main

    path = tmp_path_factory.mktemp("bundle") / "a.tflite"
    options = ["--variant", "float32", "--window", "1", "--window", "2"]
    assert main(["export", "tflite", str(recogniser), "--out", str(path), *options]) == 0
    return path


def test_a_sound_file_passes_and_leaves_a_report(keras_w2v2, bundle, recogniser, shards, tmp_path):
    page = tmp_path / "gate.html"
    done = keras_w2v2("gate", bundle, "--against", recogniser, "--data", shards, "--report", page)
    assert done.code == 0, done.err
    assert "character errors" in done.out
    assert "passes" in page.read_text()
    (figures,) = json.loads((tmp_path / "gate.json").read_text())
    assert figures["passes"] and figures["character_error_rate"] is not None


def test_a_breach_is_exit_code_3_with_its_reason(keras_w2v2, bundle, recogniser, shards):
    done = keras_w2v2(
        "gate", bundle, "--against", recogniser, "--data", shards, "--threshold", "megabytes=0"
    )
    assert done.code == 3
    assert "a.tflite: megabytes is" in done.out


def test_an_export_that_breaches_is_not_written_but_told(keras_w2v2, recogniser, shards, tmp_path):
    out = tmp_path / "b.tflite"
    command = ["export", "tflite", recogniser, "--out", out, "--window", "1"]
    done = keras_w2v2(*command, "--gate", shards, "--threshold", "megabytes=0")
    assert done.code == 3
    assert "was not written" in done.out
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["b.tflite.gate.html", "b.tflite.gate.json"]
    loose = ("relative_error", "frame_agreement", "character_error_rise")
    limits = [word for name in loose for word in ("--threshold", f"{name}=none")]
    assert keras_w2v2(*command, "--gate", shards, *limits).code == 0
    assert out.is_file()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--threshold", "size=1"], "no threshold 'size'"),
        (["--threshold", "megabytes=few"], "write megabytes=0.01"),
    ],
)
def test_a_mistake_in_a_threshold_gets_one_line(
    keras_w2v2, bundle, recogniser, shards, options, words
):
    done = keras_w2v2("gate", bundle, "--against", recogniser, "--data", shards, *options)
    assert words in done.error


def test_a_threshold_without_a_gate_is_refused(keras_w2v2, recogniser, tmp_path):
    out = tmp_path / "c.tflite"
    done = keras_w2v2("export", "tflite", recogniser, "--out", out, "--threshold", "megabytes=9")
    assert "give --gate too" in done.error


def test_listen_without_a_pipe_says_what_it_reads(keras_w2v2, bundle, monkeypatch):
    import sys

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert "pipe a recorder into it" in keras_w2v2("listen", bundle).error
