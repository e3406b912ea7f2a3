"""MP3 streams of a variable bit rate that do not say how long they are."""

import io

import numpy as np
import pytest
import soundfile

from keras_w2v2.data import audio, mp3

SECONDS = 6


def stream(rate, channels, mode):
    """Returns SECONDS of noise, the first half faint, as the bytes of an MP3 file."""
    noise = np.random.default_rng(0).normal(0, 0.2, (SECONDS * rate, channels))
    noise[: len(noise) // 2] *= 1e-4
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", rate, channels, format="MP3", bitrate_mode=mode, compression_level=0.5
    ) as out:
        out.write(noise)
    return file.getvalue()


def without_first_frame(data):
    """The Xing header stands in a frame of its own, the first."""
    return data[list(mp3.frames(data))[1].start :]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 48_000])
def test_a_stream_without_a_length_is_read_to_its_end(tmp_path, rate, channels):
    data = without_first_frame(stream(rate, channels, "VARIABLE"))
    estimate = soundfile.info(io.BytesIO(data)).duration
    assert abs(estimate - SECONDS) > 1, "libsndfile knows the length by itself"
    (tmp_path / "a.mp3").write_bytes(data)
    waveform, _ = audio.read_with_length(tmp_path / "a.mp3")
    # Encoders put up to three frames around the samples.
    assert abs(len(waveform) / 16_000 - SECONDS) < 3 * 1152 / rate
    loud = np.flatnonzero(np.abs(waveform) > 0.05)
    assert abs(loud[0] / 16_000 - SECONDS / 2) < 3 * 1152 / rate
    assert loud[-1] / 16_000 > SECONDS - 0.2


def test_a_tag_before_the_frames_is_passed_over(tmp_path):
    data = without_first_frame(stream(16_000, 1, "VARIABLE"))
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 2, 3]) + bytes(2 * 128 + 3)
    (tmp_path / "a.mp3").write_bytes(tag + data)
    assert abs(len(audio.read(tmp_path / "a.mp3")) / 16_000 - SECONDS) < 0.3


def test_streams_that_say_their_length_or_need_not_stay():
    assert mp3.with_length(stream(16_000, 1, "VARIABLE")) is None
    constant = stream(16_000, 1, "CONSTANT")
    assert mp3.with_length(constant) is None
    assert mp3.with_length(without_first_frame(constant)) is None


def test_frames_cover_the_file_and_end_at_damage():
    data = stream(44_100, 2, "VARIABLE")
    found = list(mp3.frames(data))
    assert found[-1].start + found[-1].size == len(data)
    assert list(mp3.frames(data + b"TAG" + bytes(125))) == found
    damaged = data[: found[50].start] + b"\x00" + data[found[50].start + 1 :]
    assert list(mp3.frames(damaged)) == found[:50]


@pytest.mark.parametrize("data", [b"", b"ID3", b"\xff", b"\xff\xfb", b"\xff\xff\xff\xff" * 9])
def test_what_is_no_stream_has_no_frames(data):
    assert not list(mp3.frames(data)) and mp3.with_length(data) is None
