"""Live and long audio: the same words however the samples come, in the memory of a window."""

import numpy as np
import pytest
import soundfile

from keras_w2v2.data import audio
from keras_w2v2.errors import UserError
from keras_w2v2.training import live, recognizer, transcribe
from tests.golden.make import RECOGNISER, SPEECH

TEXT = "CLOSE THE WHITE LAMP NOW"


@pytest.fixture(scope="module")
def bundled():
    return recognizer.load(RECOGNISER)


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """A WAV file of 40 s: the bundled sentence again and again, with a second in between."""
    sentence = audio.read(SPEECH)
    pause = np.random.default_rng(0).normal(0, 1e-3, 16_000).astype("float32")
    times = round(40 * 16_000 / (len(sentence) + len(pause)))
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    soundfile.write(path, np.concatenate([sentence, pause] * times), 16_000)
    return path


def heard(recognizer, plan, samples, sizes):
    """Returns (words told as they came, transcript) of samples pushed in pieces."""
    reader, told, at = live.LiveRecognizer(recognizer, plan), [], 0
    for size in sizes:
        told += reader.push(samples[at : at + size]).words
        at += size
    return told, reader.finish()


def test_twenty_milliseconds_at_a_time_give_what_one_push_gives(bundled, talk):
    samples = audio.to_int16(audio.read(talk))
    plan = live.live_plan(bundled)
    pieces = [320] * (len(samples) // 320 + 1)
    told, transcript = heard(bundled, plan, samples, pieces)
    assert "WHITE" in transcript.text
    assert transcript == heard(bundled, plan, samples, [len(samples)])[1]
    assert told == transcript.words[: len(told)]  # what was final stays
    assert len(told) >= len(transcript.words) - 1


def test_words_come_within_the_latency_and_the_partial_text_before(bundled):
    samples = audio.read(SPEECH)
    samples = np.concatenate([samples, np.zeros(32_000, "float32")])
    reader = live.LiveRecognizer(bundled, live.live_plan(bundled, latency_seconds=0.4))
    partials = []
    for at in range(0, len(samples), 320):
        now = reader.push(samples[at : at + 320])
        partials.append(now.partial)
        for word in now.words:
            assert reader.seconds - word.end < 2.0  # a word is final at the next delimiter
    assert any(partials)


def test_a_long_file_is_read_by_windows_with_times_of_the_file(bundled, talk):
    ((_, transcript),) = transcribe.transcribe(bundled, [talk])
    sentence = audio.read(SPEECH)
    (offset,) = (w.start for w in bundled.transcribe(sentence).words if w.text == "WHITE")
    period = (len(sentence) + 16_000) / 16_000
    expected = [offset + i * period for i in range(round(40 / period))]
    starts = [word.start for word in transcript.words if word.text == "WHITE"]
    # Now and then a window costs the word a letter.
    assert len(expected) - 3 <= len(starts) <= len(expected)
    assert all(min(abs(start - e) for e in expected) < 0.1 for start in starts)


def test_blocks_joined_are_the_whole_file(talk, tmp_path):
    whole = audio.read(talk)
    assert np.array_equal(np.concatenate(list(audio.blocks(talk, 0.7))), whole)
    soundfile.write(tmp_path / "a.flac", np.stack([whole, whole / 2], 1)[:100_000], 44_100)
    found = np.concatenate(list(audio.blocks(tmp_path / "a.flac")))
    wanted = audio.read(tmp_path / "a.flac")
    assert abs(len(found) - len(wanted)) <= 1
    size = min(len(found), len(wanted))
    assert np.abs(found[:size] - wanted[:size]).max() < 1e-3


def test_a_recording_in_one_window_is_read_whole(bundled):
    waveform = audio.read(SPEECH)
    plan = live.recording_plan(bundled)
    transcript = heard(bundled, plan, waveform, [5000] * 7)[1]
    assert transcript.text == bundled.transcribe(waveform).text == TEXT


def test_no_audio_is_no_text(bundled):
    reader = live.LiveRecognizer(bundled, live.live_plan(bundled))
    assert reader.push(np.zeros(0, "float32")) == live.Heard([], "")
    assert reader.finish().text == ""


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.full(10, np.nan, "float32"), "nan"),
        (np.full(10, 99.0), "99"),
        (np.zeros((2, 10), "float32"), r"shape \[2, 10\]"),
        (np.zeros(10, "int64"), "int64"),
    ],
)
def test_wrong_samples_are_refused_in_one_line(bundled, samples, words):
    with pytest.raises(UserError, match=words):
        live.LiveRecognizer(bundled, live.live_plan(bundled)).push(samples)


def test_a_window_that_the_bundle_lacks_is_refused(bundled):
    with pytest.raises(UserError, match="choose one of 2, 5"):
        live.recording_plan(bundled, window_seconds=3)
