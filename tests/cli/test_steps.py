"""The steps of a user with recordings, typed one by one; test_readme.py types the training."""

import json

import pytest


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def test_prepare_counts_the_clips(keras_w2v2, recordings, home):
    outcome = keras_w2v2("prepare", recordings / "manifest.tsv", "--out", home / "shards")
    assert outcome.code == 0
    assert "16 clips (16 with transcript)" in outcome.out


def test_evaluate_prints_a_table_or_json(keras_w2v2, shards, recogniser):
    table = keras_w2v2("evaluate", recogniser, "--data", shards)
    assert table.code == 0
    assert "speaker0" in table.out
    assert "character errors" in table.out
    figures = json.loads(keras_w2v2("evaluate", recogniser, "--data", shards, "--json").out)
    assert figures["clips"] == 16
    assert figures["character_error_rate"] >= 0


def test_transcribe_prints_text_words_or_json(keras_w2v2, recordings, recogniser):
    file = recordings / "00.wav"
    text = keras_w2v2("transcribe", recogniser, file)
    assert text.code == 0
    assert text.err == ""
    line = json.loads(keras_w2v2("transcribe", recogniser, file, "--json").out)
    assert line["file"] == str(file)
    assert line["text"] == text.out.removesuffix("\n")
    words = keras_w2v2("transcribe", recogniser, file, "--words").out.split("\n")
    assert [word.split("\t")[-1] for word in words if word] == line["text"].split()


def test_transcribe_names_each_of_several_files(keras_w2v2, recordings, recogniser):
    lines = keras_w2v2("transcribe", recogniser, recordings).out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [
        str(path) for path in sorted(recordings.glob("*.wav"))
    ]


@pytest.mark.parametrize(
    ("format", "name", "options"),
    [
        ("savedmodel", "served", []),
        ("tflite", "f.tflite", ["--variant", "float32", "--window", "2"]),
        ("tflite", "i.tflite", ["--variant", "int8", "--window", "2"]),
    ],
)
def test_export_compares_with_keras(
    format, name, options, keras_w2v2, recogniser, recordings, home
):
    if format == "tflite":
        pytest.importorskip("ai_edge_litert", reason="needs ai-edge-litert")
    if "int8" in options:
        pytest.importorskip("ai_edge_quantizer", reason="needs ai-edge-quantizer")
    out = home / name
    outcome = keras_w2v2("export", format, recogniser, "--out", out, *options)
    assert outcome.code == 0
    assert outcome.err == ""
    assert name in outcome.out
    assert "same best token" in outcome.out and "same text" in outcome.out
    assert outcome.out.endswith(
        "compared with Keras on 3 clips (made-up speech: give your own with --clips)\n"
    )
    read = keras_w2v2("transcribe", out, recordings / "00.wav")
    assert (read.code, read.err) == (0, "")
    if "int8" not in options:
        assert read.out == keras_w2v2("transcribe", recogniser, recordings / "00.wav").out


def test_export_compares_on_the_users_clips(keras_w2v2, recogniser, recordings, home):
    out = home / "served_on_clips"
    clips = ["--clips", recordings / "00.wav", "--clips", recordings / "01.wav"]
    outcome = keras_w2v2("export", "savedmodel", recogniser, "--out", out, *clips)
    assert outcome.out.endswith("compared with Keras on 2 clips (yours)\n")


@pytest.mark.parametrize("option", [["--variant", "int8"], ["--window", "5"]])
def test_export_refuses_options_of_the_other_format(option, keras_w2v2, recogniser, home):
    out = home / "refused"
    outcome = keras_w2v2("export", "savedmodel", recogniser, "--out", out, *option)
    assert f"{option[0]} is for tflite" in outcome.error
    assert not out.exists()


def test_convert_goes_to_hugging_face_and_back(keras_w2v2, recogniser, recordings, home):
    there = keras_w2v2("convert", recogniser, "--out", home / "huggingface")
    assert (there.code, there.err) == (0, "")
    assert (home / "huggingface" / "model.safetensors").is_file()
    back = keras_w2v2("convert", home / "huggingface", "--out", home / "back.keras")
    assert (back.code, back.err) == (0, "")
    read = [
        keras_w2v2("transcribe", model, recordings / "05.wav").out
        for model in (recogniser, home / "huggingface", home / "back.keras")
    ]
    assert len(set(read)) == 1


def test_clips_left_out_and_an_unfinished_run_are_told(
    keras_w2v2, recordings, shards, tiny_finetuning, tmp_path
):
    import shutil

    run = tmp_path / "run"
    short = ("--set", "data.max_seconds=0.9")
    finetuned = keras_w2v2("finetune", "--data", shards, "--out", run, *tiny_finetuning, *short)
    assert finetuned.code == 0
    assert "warning: " in finetuned.err and "clips are left out: longer than" in finetuned.err
    newest = sorted((run / "checkpoints").iterdir())[-1]
    shutil.copy(run / "model.keras", newest)
    (run / "model.keras").unlink()
    outcome = keras_w2v2("transcribe", run, recordings / "00.wav")
    assert outcome.code == 0 and "is not finished" in outcome.err
