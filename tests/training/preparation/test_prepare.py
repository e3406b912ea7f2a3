"""Recordings to shards."""

import errno
import json
import os

import numpy as np
import pytest
import soundfile

from keras_w2v2.data import pipeline, records, shards
from keras_w2v2.errors import UserError
from keras_w2v2.training.preparation import beam_run
from keras_w2v2.training.preparation.prepare import prepare

pytest.importorskip("apache_beam", reason="prepare runs on Apache Beam")


def noise(seconds, seed=0):
    samples = int(seconds * 16_000)
    return np.random.default_rng(seed).integers(-3000, 3000, samples).astype(np.int16)


@pytest.fixture
def corpus(tmp_path):
    """A manifest of six clips in the folder `corpus`."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    lines = ["path\ttranscript\tspeaker\tlanguage"]
    for i in range(6):
        soundfile.write(folder / f"{i}.flac", noise(0.1 * (i + 1), seed=i), 16_000)
        lines.append(f"{i}.flac\tWORD {i}\ts{i % 2}\ten")
    (folder / "all.tsv").write_text("\n".join(lines) + "\n")
    return folder


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_manifest_becomes_shards_that_hold_the_same_samples(corpus, tmp_path):
    told = []
    summary = prepare(corpus, tmp_path / "out", progress=lambda *state: told.append(state))
    assert (summary.clips, summary.labelled, summary.speakers) == (6, 6, 2)
    assert summary.rejected == [] and "6 clips" in str(summary)
    clips = {clip.id: clip for clip in pipeline.clips(tmp_path / "out")}
    assert sorted(clips) == [str(i) for i in range(6)]
    for i in range(6):
        clip = clips[str(i)]
        pcm = noise(0.1 * (i + 1), seed=i)
        assert np.array_equal(np.rint(clip.waveform * 32768).astype(np.int16), pcm)
        assert (clip.transcript, clip.speaker, clip.language) == (f"WORD {i}", f"s{i % 2}", "en")
    assert told[-1] == (6, 6, pytest.approx(2.1))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "out"]
    shards.ShardIndex.load(tmp_path / "out").verify()


def test_the_number_of_workers_changes_no_byte(corpus, tmp_path, capfd):
    options = {"shard_megabytes": 0.03}
    one = prepare(corpus, tmp_path / "one", **options)
    capfd.readouterr()
    prepare(corpus, tmp_path / "two", num_workers=2, **options)
    assert one.shards > 1
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert capfd.readouterr() == ("", "")


def test_a_runner_named_by_an_option_gives_the_same_bytes(corpus, tmp_path):
    prepare(corpus, tmp_path / "own")
    runner = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"
    prepare(corpus, tmp_path / "named", beam_options=[f"--runner={runner}"])
    assert contents(tmp_path / "own") == contents(tmp_path / "named")
    with pytest.raises(UserError, match="Unexpected pipeline runner: Nonsense"):
        prepare(corpus, tmp_path / "out", beam_options=["--runner=Nonsense"])


@pytest.mark.parametrize(
    "option, wrong",
    [
        ("--paralellism=2", "no option '--paralellism=2', did you mean '--parallelism'"),
        ("--parallelism=two", "invalid int value: 'two'"),
        ("--runner", "argument --runner: expected one argument"),
    ],
)
def test_an_option_that_beam_would_leave_out_is_refused(corpus, tmp_path, capsys, option, wrong):
    with pytest.raises(UserError, match=wrong):
        prepare(corpus, tmp_path / "out", beam_options=[option])
    assert [path.name for path in tmp_path.iterdir() if path != corpus] == []
    assert "usage" not in capsys.readouterr().err


def test_files_that_cannot_serve_are_set_aside_with_a_reason(corpus, tmp_path):
    bad = {
        "text.wav": "not an audio file",
        "zero.wav": "empty file",
        "none.wav": "missing file",
        "short.wav": "too short",
        "silent.wav": "silent",
        "nan.wav": "NaN",
        "cut.flac": "truncated",
        "0.flac": "listed twice",
        "brief.wav": "shorter than min_seconds",
        "long.wav": "longer than max_seconds",
        "other.wav": "wrong length",
    }
    (corpus / "text.wav").write_text("no audio " * 99)
    (corpus / "zero.wav").touch()
    soundfile.write(corpus / "short.wav", noise(0.01), 16_000)
    soundfile.write(corpus / "silent.wav", np.zeros(8000), 16_000)
    soundfile.write(corpus / "nan.wav", np.full(8000, np.nan), 16_000, subtype="FLOAT")
    soundfile.write(corpus / "brief.wav", noise(0.05), 16_000)
    soundfile.write(corpus / "long.wav", noise(2.0), 16_000)
    soundfile.write(corpus / "other.wav", noise(0.5), 16_000)
    content = (corpus / "5.flac").read_bytes()
    (corpus / "cut.flac").write_bytes(content[: len(content) // 2])
    lines = [f"{name}\tX\t{7999 if name == 'other.wav' else ''}\n" for name in bad]
    content = "path\ttranscript\tnum_samples\n0.flac\tGOOD\t1600\n" + "".join(lines)
    (corpus / "bad.tsv").write_text(content)
    told = []
    summary = prepare(
        corpus / "bad.tsv",
        tmp_path / "out",
        min_seconds=0.1,
        max_seconds=1.0,
        progress=lambda *state: told.append(state[:2]),
    )
    assert summary.clips == 1 and told[-1] == (12, 12)
    reasons = {item["path"]: item["reason"] for item in summary.rejected}
    assert sorted(reasons) == sorted(bad)
    for name, reason in bad.items():
        assert reason in reasons[name]
    assert "set aside 11 files" in str(summary)
    index = json.loads((tmp_path / "out" / "index.json").read_text())
    assert index["rejected"] == summary.rejected
    lines = (tmp_path / "out" / "rejected.tsv").read_text().splitlines()
    assert lines[0] == "path\treason" and dict(map(lambda x: x.split("\t"), lines[1:])) == reasons
    assert index["source"]["clips"] == 12


def test_a_disk_too_full_for_a_result_is_told_as_a_full_disk(corpus, tmp_path, monkeypatch):
    def full(*_):  # as Beam words what a worker raises
        raise RuntimeError(
            f"OSError: [Errno 28] {os.strerror(errno.ENOSPC)} [while running 'Work']"
        )

    monkeypatch.setattr(beam_run, "_run", full)
    with pytest.raises(UserError, match=r"out' cannot be written: No space left on device$"):
        prepare(corpus, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_a_file_name_with_tabs_and_line_ends_is_one_field_of_the_table(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    soundfile.write(folder / "good.wav", noise(1.0), 16_000)
    (folder / "a\tb\nc.wav").write_bytes(b"no audio")
    prepare(folder, tmp_path / "out")
    lines = (tmp_path / "out" / "rejected.tsv").read_text().splitlines()
    assert len(lines) == 2 and lines[1].split("\t")[0] == r"a\tb\nc.wav"


def nothing_left(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir()) == ["corpus"]


def test_a_corpus_without_one_good_clip_is_refused(corpus, tmp_path):
    with pytest.raises(UserError, match="no clip .* 6 files: 6 longer than max_seconds"):
        prepare(corpus, tmp_path / "deep" / "out", max_seconds=0.05)
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    "source, arguments, complaint",
    [
        ("none", {}, "does not exist"),
        ("all.tsv", {"manifest_format": "commonvoice"}, "lacks the column 'sentence'"),
        ("all.tsv", {"num_workers": 0}, "num_workers 0"),
        ("all.tsv", {"min_seconds": 2.0, "max_seconds": 1.0}, "max_seconds 1 must be above"),
    ],
)
def test_a_wrong_wish_is_refused_before_the_work(corpus, tmp_path, source, arguments, complaint):
    with pytest.raises(UserError, match=complaint):
        prepare(corpus / source, tmp_path / "deep" / "out", **arguments)
    assert nothing_left(tmp_path)


def test_a_full_disk_is_told_in_one_line(corpus, tmp_path, monkeypatch):
    def full(*args, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(records, "serialize", full)
    with pytest.raises(UserError, match="^preparing stopped: No space left on device$"):
        prepare(corpus, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_an_unforeseen_failure_shows_no_traceback(corpus, tmp_path, monkeypatch):
    def broken(*args, **more):
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr(records, "serialize", broken)
    with pytest.raises(UserError, match="^Apache Beam failed: ZeroDivisionError: surprise$"):
        prepare(corpus, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_an_interrupt_leaves_nothing_and_a_second_start_works(corpus, tmp_path):
    def interrupt(*state):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(corpus, tmp_path / "out", progress=interrupt)
    assert nothing_left(tmp_path)
    (tmp_path / ".out.partial").mkdir()  # as another version might leave it
    (tmp_path / ".out.partial" / "shard").touch()
    assert prepare(corpus, tmp_path / "out").clips == 6
    assert not (tmp_path / ".out.partial").exists()


def test_shards_are_replaced_only_when_asked(corpus, tmp_path):
    prepare(corpus, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(UserError, match="already holds shards.*overwrite"):
        prepare(corpus, tmp_path / "out", language="de")
    assert contents(tmp_path / "out") == before
    prepare(corpus, tmp_path / "out", max_seconds=0.35, overwrite=True)
    assert shards.ShardIndex.load(tmp_path / "out").clips == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "out"]


def test_other_things_are_never_replaced(corpus, tmp_path):
    with pytest.raises(UserError, match="holds other things"):
        prepare(corpus, corpus, overwrite=True)
    assert (corpus / "all.tsv").exists()


def test_folders_of_the_user_beside_the_shards_are_spared(corpus, tmp_path):
    for name in ("out.old", "out.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis").touch()
    prepare(corpus, tmp_path / "out")
    prepare(corpus, tmp_path / "out", overwrite=True)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["corpus", "out", "out.old", "out.partial"]
    assert (tmp_path / "out.old" / "thesis").exists()


def test_a_file_name_that_is_not_utf_8_is_set_aside(corpus, tmp_path):
    soundfile.write(os.fsencode(corpus) + b"/caf\xe9.wav", noise(0.2), 16_000, format="WAV")
    summary = prepare(corpus, tmp_path / "out", manifest_format="folder")
    rejected = [{"path": "caf\\udce9.wav", "reason": "file name is not UTF-8"}]
    assert (summary.clips, summary.rejected) == (6, rejected)


@pytest.mark.parametrize("limit", ["min_seconds", "max_seconds", "shard_megabytes"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_limits_are_finite(corpus, tmp_path, limit, value):
    with pytest.raises(UserError, match="must be finite numbers"):
        prepare(corpus, tmp_path / "out", **{limit: value})
    assert nothing_left(tmp_path)


def test_the_present_folder_can_be_the_shards(corpus, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert prepare(corpus, ".").clips == 6
