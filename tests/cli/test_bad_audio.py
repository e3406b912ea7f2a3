"""Recordings that cannot serve: one line, exit code 2, nothing left behind."""

import shutil

import numpy as np
import pytest
import soundfile

from tests.cli.conftest import tone


def _text(path):
    path.write_text("this is no audio\n" * 200)


def _truncated(path):
    flac = path.with_name("whole.flac")
    soundfile.write(flac, np.random.default_rng(0).normal(0, 0.1, 32_000), 16_000)
    path.write_bytes(flac.read_bytes()[:20_000])
    flac.unlink()


def _empty(path):
    path.write_bytes(b"")


def _no_samples(path):
    soundfile.write(path, np.zeros(0), 16_000)


def _ten_milliseconds(path):
    soundfile.write(path, np.full(160, 0.1), 16_000)


def _nan(path):
    waveform = np.random.default_rng(0).normal(0, 0.1, 16_000)
    waveform[100] = np.nan
    soundfile.write(path, waveform, 16_000, subtype="FLOAT")


BROKEN = {
    "text.wav": _text,
    "truncated.flac": _truncated,
    "empty.wav": _empty,
    "nothing.wav": _no_samples,
    "short.wav": _ten_milliseconds,
    "nan.wav": _nan,
}


@pytest.fixture
def broken(tmp_path, request):
    """A folder with one broken file."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    BROKEN[request.param](folder / request.param)
    return folder / request.param


every_kind = pytest.mark.parametrize("broken", list(BROKEN), indirect=True)


@every_kind
def test_transcribe_names_the_file_and_what_is_wrong_with_it(broken, recogniser, keras_w2v2):
    line = keras_w2v2("transcribe", recogniser, broken).error
    assert broken.name in line


def test_transcribe_reads_the_other_files_and_names_each_broken_one(
    recogniser, keras_w2v2, tmp_path
):
    for name, make in BROKEN.items():
        make(tmp_path / name)
    whole = [tone(tmp_path / f"{name}.wav", "one") for name in ("a", "zz")]
    outcome = keras_w2v2("transcribe", recogniser, tmp_path)
    assert outcome.code == 2
    assert [line.split("\t")[0] for line in outcome.out.splitlines()] == list(map(str, whole))
    told = outcome.err.splitlines()
    assert [line.split("'")[1] for line in told] == sorted(str(tmp_path / name) for name in BROKEN)
    assert all(line.startswith("error: ") for line in told)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--min-seconds", "3", "--max-seconds", "2"], "--max-seconds 2 must be above --min-secon"),
        (["--max-seconds", "inf"], "--min-seconds, --max-seconds and --shard-megabytes must be fi"),
        (["--cut", "3", "--min-seconds", "2"], "--cut 3 must be at least 4 (twice the shortest"),
        (["--cut", "9", "--max-seconds", "5"], "and at most --max-seconds 5"),
        (["--duplicates", "both"], "--duplicates 'both' must be keep or drop"),
    ],
)
def test_prepare_names_the_option_that_was_typed(options, says, keras_w2v2, recordings, tmp_path):
    assert says in keras_w2v2("prepare", recordings, "--out", tmp_path / "out", *options).error
    assert not list(tmp_path.iterdir())


def test_prepare_over_shards_names_the_option_that_replaces_them(keras_w2v2, recordings, shards):
    line = keras_w2v2("prepare", recordings, "--out", shards).error
    assert line.endswith("remove it, or replace them with --overwrite")


@every_kind
def test_preparing_nothing_but_broken_files_leaves_nothing(broken, keras_w2v2, tmp_path):
    line = keras_w2v2("prepare", broken.parent, "--out", tmp_path / "shards").error
    assert broken.name in line
    assert [path.name for path in tmp_path.iterdir()] == ["recordings"]


def test_broken_files_among_others_are_set_aside_with_a_reason(keras_w2v2, recordings, tmp_path):
    folder = tmp_path / "recordings"
    shutil.copytree(recordings, folder)
    (folder / "manifest.tsv").unlink()
    for name, make in BROKEN.items():
        make(folder / name)
    outcome = keras_w2v2("prepare", folder, "--out", tmp_path / "shards")
    assert outcome.code == 0
    assert "16 clips" in outcome.out
    assert f"set aside {len(BROKEN)} files" in outcome.out


def test_a_missing_file_or_folder_is_named(keras_w2v2, recogniser, tmp_path):
    assert "nowhere.wav" in keras_w2v2("transcribe", recogniser, tmp_path / "nowhere.wav").error
    out = tmp_path / "shards"
    assert "nowhere" in keras_w2v2("prepare", tmp_path / "nowhere", "--out", out).error
    assert "nowhere" in keras_w2v2("evaluate", recogniser, "--data", tmp_path / "nowhere").error
    assert "nowhere" in keras_w2v2("convert", tmp_path / "nowhere", "--out", out).error
    assert "nowhere" in keras_w2v2("export", "tflite", tmp_path / "nowhere", "--out", out).error
    assert not list(tmp_path.iterdir())


def test_an_unreadable_file_is_named(keras_w2v2, recogniser, tmp_path):
    path = tone(tmp_path / "mine.wav", "one")
    path.chmod(0)
    try:
        path.read_bytes()
    except PermissionError:
        assert "mine.wav" in keras_w2v2("transcribe", recogniser, path).error
    else:
        pytest.skip("this user may read every file")


def test_an_empty_folder_is_named(keras_w2v2, recogniser, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "empty" in keras_w2v2("prepare", empty, "--out", tmp_path / "shards").error
    assert "empty" in keras_w2v2("transcribe", recogniser, empty).error
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_a_manifest_without_a_path_column_names_the_column(keras_w2v2, tmp_path):
    manifest = tmp_path / "clips.tsv"
    manifest.write_text("file\ttranscript\na.wav\thello\n")
    line = keras_w2v2("prepare", manifest, "--out", tmp_path / "shards").error
    assert "path" in line
    assert "clips.tsv" in line
    assert [path.name for path in tmp_path.iterdir()] == ["clips.tsv"]


def test_a_manifest_of_missing_files_names_the_first(keras_w2v2, tmp_path):
    manifest = tmp_path / "clips.tsv"
    manifest.write_text("path\ttranscript\ngone.wav\thello\n")
    assert "gone.wav" in keras_w2v2("prepare", manifest, "--out", tmp_path / "shards").error
    assert [path.name for path in tmp_path.iterdir()] == ["clips.tsv"]


def test_a_folder_of_other_things_is_never_overwritten(keras_w2v2, recordings, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    keras_w2v2("prepare", recordings, "--out", tmp_path).error  # noqa: B018 - checks the outcome
    keras_w2v2("demo", "--out", tmp_path).error  # noqa: B018
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
