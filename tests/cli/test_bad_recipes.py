"""Settings, shards and checkpoints that do not fit: one line, exit code 2, nothing left behind."""

import pytest

from tests.cli.conftest import settings


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ("model.preset=wav2vec2_tyni", "wav2vec2_tiny"),
        ("optimizer.updatess=5", "optimizer.updates"),
        ("optimizer.updates=many", "optimizer.updates"),
        ("optimizer.updates=-1", "optimizer.updates"),
        ("model.hidden_dim=1.5", "model.hidden_dim"),
        ("model.hidden_dim=31", "hidden_dim"),
        ("updates", "key=value"),
        ("data.min_seconds=9", "min_seconds"),
        ("dta.min_seconds=1", "--set 'dta.min_seconds=1': unknown key 'dta', did you mean 'data'?"),
        ("model=5", "--set 'model=5': 'model' should be a section of keys, not 5 (whole number)"),
    ],
)
def test_a_wrong_setting_is_named(change, wanted, keras_w2v2, shards, tiny_pretraining, tmp_path):
    arguments = [*tiny_pretraining, *settings(change)]
    line = keras_w2v2("pretrain", "--data", shards, "--out", tmp_path / "run", *arguments).error
    assert wanted in line
    assert not list(tmp_path.iterdir())


def test_an_unknown_recipe_names_the_nearest(keras_w2v2, shards, tmp_path):
    out = tmp_path / "run"
    line = keras_w2v2("pretrain", "small_pretrian", "--data", shards, "--out", out).error
    assert "small_pretrain" in line
    assert not out.exists()


def test_a_recipe_that_is_no_yaml_is_named_with_its_line(keras_w2v2, shards, tmp_path):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("optimizer:\n  updates: [1\n")
    line = keras_w2v2("pretrain", recipe, "--data", shards, "--out", tmp_path / "run").error
    assert "mine.yaml" in line
    assert "line" in line


def test_a_folder_that_holds_no_shards_is_named(keras_w2v2, recordings, tmp_path):
    line = keras_w2v2("pretrain", "--data", recordings, "--out", tmp_path / "run").error
    assert str(recordings) in line
    assert not list(tmp_path.iterdir())


def test_characters_outside_the_vocabulary_are_named(
    keras_w2v2, recordings, tiny_finetuning, tmp_path
):
    lines = (recordings / "manifest.tsv").read_text().replace("three", "drei Öfen 3").splitlines()
    rows = [f"{recordings}/{line}" if i else line for i, line in enumerate(lines)]
    (tmp_path / "manifest.tsv").write_text("\n".join(rows) + "\n")
    data = tmp_path / "shards"
    assert keras_w2v2("prepare", tmp_path / "manifest.tsv", "--out", data).code == 0
    changes = settings("vocabulary=librispeech")
    line = keras_w2v2(
        "finetune", "--data", data, "--out", tmp_path / "run", *tiny_finetuning, *changes
    ).error
    assert "Ö" in line
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_of_another_architecture_is_refused(keras_w2v2, shards, recogniser, tmp_path):
    changes = settings("model.hidden_dim=32", "optimizer.updates=2", "jit_compile=false")
    line = keras_w2v2(
        "finetune", "--data", shards, "--init", recogniser, "--out", tmp_path / "run", *changes
    ).error
    assert "hidden_dim" in line
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def run(shards, tiny_pretraining, tmp_path_factory):
    """The folder of a finished pre-training."""
    from keras_w2v2.cli import main

    out = tmp_path_factory.mktemp("pretrained") / "run"
    command = ["pretrain", "--data", str(shards), "--out", str(out), *tiny_pretraining]
    assert main(command) == 0
    return out


def test_a_run_of_another_configuration_is_not_overwritten(
    keras_w2v2, run, shards, tiny_pretraining
):
    before = (run / "model.keras").read_bytes()
    other = [*tiny_pretraining, *settings("seed=5")]
    assert "seed" in keras_w2v2("pretrain", "--data", shards, "--out", run, *other).error
    assert (run / "model.keras").read_bytes() == before


@pytest.mark.parametrize("verb", ["evaluate", "transcribe", "export"])
def test_a_pretrained_model_cannot_read(verb, keras_w2v2, run, shards, recordings, tmp_path):
    arguments = {
        "evaluate": ["evaluate", run, "--data", shards],
        "transcribe": ["transcribe", run, recordings / "00.wav"],
        "export": ["export", "tflite", run, "--out", tmp_path / "x.tflite"],
    }[verb]
    assert "fine-tune" in keras_w2v2(*arguments).error
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_model_is_named(keras_w2v2, recordings, tmp_path):
    for name in ("a.keras", "a.tflite", "a.pt"):
        (tmp_path / name).write_bytes(b"not a model" * 100)
        verb = ["convert", tmp_path / name, "--out", tmp_path / "out"]
        if not name.endswith(".pt"):
            verb = ["transcribe", tmp_path / name, recordings / "00.wav"]
        assert name in keras_w2v2(*verb).error
    assert not (tmp_path / "out").exists()


def test_an_export_is_not_converted(keras_w2v2, tmp_path):
    (tmp_path / "phone.tflite").write_bytes(b"TFL3")
    line = keras_w2v2("convert", tmp_path / "phone.tflite", "--out", tmp_path / "out").error
    assert "convert the model it came from" in line
