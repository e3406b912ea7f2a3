"""What prepare makes of long recordings, repeated audio, speakers and languages."""

import json

import numpy as np
import pytest
import soundfile

from keras_w2v2.data import pipeline, shards
from keras_w2v2.errors import UserError
from keras_w2v2.training.preparation.prepare import prepare

pytest.importorskip("apache_beam", reason="prepare runs on Apache Beam")

RATE = 16_000


def speech(*parts, rate=RATE, seed=0):
    """Alternating noise and near-silence, by their seconds."""
    generator = np.random.default_rng(seed)
    levels = 0.2, 0.002
    waves = [
        generator.normal(0, levels[i % 2], round(part * rate)).clip(-1, 1)
        for i, part in enumerate(parts)
    ]
    return np.concatenate(waves)


def manifest(folder, rows):
    """Writes the waveforms and a table of (name, waveform, transcript, speaker, language)."""
    folder.mkdir()
    lines = ["path\ttranscript\tspeaker\tlanguage"]
    for name, waveform, *texts in rows:
        # As integers: libsndfile rounds floats in another way for WAV than for FLAC.
        soundfile.write(folder / name, (waveform * 32767).astype(np.int16), RATE)
        lines.append("\t".join([name, *texts]))
    (folder / "all.tsv").write_text("\n".join(lines) + "\n")
    return folder


def index(folder):
    return json.loads((folder / "index.json").read_text())


def test_unlabelled_recordings_are_cut_and_labelled_ones_stay_whole(tmp_path):
    long = speech(3, 0.5, 3, 0.5, 3, 8, 3)
    source = manifest(
        tmp_path / "corpus",
        [("long.flac", long, "", "a", "en"), ("told.flac", long[::-1], "WORDS", "a", "en")],
    )
    prepare(source, tmp_path / "out", cut_seconds=8)
    clips = {clip.id: clip for clip in pipeline.clips(tmp_path / "out")}
    assert len(clips.pop("told").waveform) == len(long)
    assert len(clips) == 3 and all(name.startswith("long@") for name in clips)
    for name, clip in clips.items():
        start, end = (float(number) for number in name.removeprefix("long@").split("-"))
        part = long[round(start * RATE) : round(end * RATE)]
        assert np.abs(clip.waveform - part).max() < 1e-4
        assert (clip.speaker, clip.language, clip.transcript) == ("a", "en", "")


def test_a_labelled_recording_that_is_too_long_is_set_aside(tmp_path):
    long = speech(20)
    rows = [("long.flac", long, "", "", ""), ("told.flac", long[::-1], "WORDS", "", "")]
    source = manifest(tmp_path / "corpus", rows)
    summary = prepare(source, tmp_path / "out", cut_seconds=8, max_seconds=10)
    assert summary.rejected == [{"path": "told.flac", "reason": "longer than max_seconds: 20.00 s"}]
    assert all(
        clip.num_samples <= 8 * RATE for clip in shards.ShardIndex.load(summary.folder).table()
    )


def test_a_recording_read_by_pieces_gives_what_it_gives_at_once(tmp_path, monkeypatch):
    from keras_w2v2.training.preparation import reading

    rows = [
        ("long.wav", speech(40), "WORDS", "", ""),
        ("quiet.wav", np.zeros(40 * RATE), "", "", ""),
    ]
    source = manifest(tmp_path / "corpus", rows)
    whole = prepare(source, tmp_path / "whole")
    monkeypatch.setattr(reading, "_LONG_SECONDS", 30)
    pieces = prepare(source, tmp_path / "pieces")
    assert whole.rejected == pieces.rejected == [{"path": "quiet.wav", "reason": "silent"}]
    one, two = (list(pipeline.clips(summary.folder)) for summary in (whole, pieces))
    assert np.array_equal(one[0].waveform, two[0].waveform)


@pytest.mark.parametrize(
    "wish", [{"cut_seconds": 1.5}, {"cut_seconds": 20, "max_seconds": 10}, {"duplicates": "hide"}]
)
def test_a_wish_that_cannot_be_met_is_refused(tmp_path, wish):
    source = manifest(tmp_path / "corpus", [("a.wav", speech(3), "", "", "")])
    with pytest.raises(UserError, match=f"^{next(iter(wish))} "):
        prepare(source, tmp_path / "out", **wish)


@pytest.fixture
def repeated(tmp_path):
    """Two recordings, each twice; one copy of the second has the transcript."""
    one, two = speech(1, seed=1), speech(1, seed=2)
    rows = [
        ("a.flac", one, "", "", ""),
        ("b.wav", one, "", "", ""),
        ("c.wav", two, "", "", ""),
        ("d.flac", two, "TWO", "", ""),
        ("e.flac", speech(1, seed=3), "", "", ""),
    ]
    return manifest(tmp_path / "corpus", rows)


def test_repeated_audio_is_named_and_kept(repeated, tmp_path):
    summary = prepare(repeated, tmp_path / "out")
    same = [{"id": "b", "same_as": "a"}, {"id": "c", "same_as": "d"}]
    assert (
        summary.clips == 5 and summary.duplicates == index(tmp_path / "out")["duplicates"] == same
    )
    assert (tmp_path / "out" / "duplicates.tsv").read_text() == "id\tsame_as\nb\ta\nc\td\n"
    assert "2 clips repeat the audio of another (kept" in str(summary)


def test_repeated_audio_is_left_out_by_choice(repeated, tmp_path):
    summary = prepare(repeated, tmp_path / "out", duplicates="drop", shard_megabytes=0.03)
    loaded = shards.ShardIndex.load(tmp_path / "out")
    loaded.verify()
    assert sorted(clip.id for clip in pipeline.clips(tmp_path / "out")) == ["a", "d", "e"]
    assert [clip.id for clip in pipeline.clips(tmp_path / "out")] == [c.id for c in loaded.table()]
    assert {item["path"]: item["reason"] for item in summary.rejected} == {
        "b": "same audio as another clip: 'a'",
        "c": "same audio as another clip: 'd'",
    }


def test_speakers_and_languages_are_counted_in_hours(tmp_path):
    rows = [
        ("1.wav", speech(3.0, seed=1), "", "anna", "de"),
        ("2.wav", speech(3.0, seed=2), "", "anna", "de"),
        ("3.wav", speech(12.0, seed=3), "", "bob", "en"),
        ("4.wav", speech(8.0, seed=4), "", "", ""),
    ]
    summary = prepare(manifest(tmp_path / "corpus", rows), tmp_path / "out")
    content = index(tmp_path / "out")
    hour = pytest.approx
    assert content["hours_by_speaker"] == {
        "anna": hour(6 / 3600, abs=1e-6),
        "bob": hour(12 / 3600, abs=1e-6),
    }
    assert content["hours_by_language"] == {
        "de": hour(6 / 3600, abs=1e-6),
        "en": hour(12 / 3600, abs=1e-6),
    }
    assert content["languages"] == {"de": 2, "en": 1}
    text = str(summary)
    assert "languages: en 0.2 min (1 clips), de 0.1 min (2 clips)" in text
    assert summary.speakers == 2 and "speakers: 0.1 min to 0.2 min each, median 0.1 min" in text
