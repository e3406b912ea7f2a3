"""Reading audio files, good and bad."""

import errno

import numpy as np
import pytest
import soundfile

from keras_w2v2.data import audio

RATE = 16_000


def tone(seconds=0.5, rate=RATE, frequency=440.0):
    time = np.arange(int(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def reason_of(path, **more):
    with pytest.raises(audio.AudioError) as caught:
        audio.read_with_length(path, **more)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    return caught.value.reason


def test_sixteen_bits_come_back_exactly(tmp_path):
    pcm = np.random.default_rng(0).integers(-32768, 32767, 4000).astype(np.int16)
    for name in ("a.wav", "a.flac"):
        soundfile.write(tmp_path / name, pcm, RATE)
        waveform = audio.read(tmp_path / name)
        assert waveform.dtype == np.float32
        assert np.array_equal(audio.to_int16(waveform), pcm)


@pytest.mark.parametrize("name, subtype", [("a.mp3", None), ("a.ogg", None), ("a.opus", "OPUS")])
def test_lossy_formats_are_read(tmp_path, name, subtype):
    path = tmp_path / name
    kind = "MP3" if name == "a.mp3" else "OGG"
    soundfile.write(path, tone(), RATE, format=kind, subtype=subtype)
    waveform = audio.read(path)
    assert abs(len(waveform) - 8000) <= 0.1 * RATE
    assert 0.1 < np.abs(waveform).max() < 0.5


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000])
def test_every_rate_becomes_16_khz(tmp_path, rate):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(0.5, rate), rate, subtype="FLOAT")
    waveform = audio.read(path)
    assert abs(len(waveform) - 8000) <= 1
    inner = slice(800, 7200)
    assert np.abs(waveform[inner] - tone()[inner]).max() < 0.01


def test_channels_are_averaged(tmp_path):
    left, right = tone(), tone(frequency=880.0)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], 1), RATE, subtype="FLOAT")
    np.testing.assert_allclose(audio.read(tmp_path / "a.wav"), (left + right) / 2, atol=1e-7)


def test_missing_and_empty_files_are_told(tmp_path):
    assert reason_of(tmp_path / "none.wav") == "missing file"
    (tmp_path / "zero.wav").touch()
    assert reason_of(tmp_path / "zero.wav") == "empty file (0 bytes)"
    soundfile.write(tmp_path / "header.wav", np.zeros(0), RATE)
    assert reason_of(tmp_path / "header.wav") == "holds no samples"
    assert reason_of(tmp_path) == "is a folder"


def test_a_file_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "a.wav", tone(), RATE)

    def forbidden(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("builtins.open", forbidden)  # root may open anything
    assert reason_of(tmp_path / "a.wav") == "cannot be opened (Permission denied)"


def test_text_named_wav_is_told(tmp_path):
    for name in ("text.wav", "text.mp3", "text.raw"):
        (tmp_path / name).write_text("This is no audio.\n" * 50)
        assert "not an audio file" in reason_of(tmp_path / name)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
def test_truncated_files_are_told(tmp_path, name):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE * 3)
    soundfile.write(tmp_path / name, noise, RATE)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) * 2 // 3])
    assert "truncated" in reason_of(tmp_path / name)


def test_a_clip_shorter_than_one_frame_is_told(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone()[:400], RATE)
    assert len(audio.read(tmp_path / "a.wav")) == 400
    soundfile.write(tmp_path / "a.wav", tone()[:399], RATE)
    assert reason_of(tmp_path / "a.wav").startswith("too short")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_told(tmp_path, value):
    samples = tone()
    samples[100] = value
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    assert reason_of(tmp_path / "a.wav") == "holds NaN or infinite samples"


def test_float_samples_of_another_scale_are_told(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone() * 32768, RATE, subtype="FLOAT")
    assert reason_of(tmp_path / "a.wav").startswith("out of scale")


def test_the_promised_length_may_count_either_rate(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(0.5, 8000), 8000)
    for promised in (4000, 8000):
        assert audio.read_with_length(path, promised)[1] == 4000
    assert reason_of(path, expected=7000).startswith("wrong length")


def test_silence_is_what_vanishes_at_16_bits():
    noise = np.random.default_rng(0).uniform(-1, 1, 1000).astype(np.float32)
    assert audio.is_silent(np.zeros(1000)) and audio.is_silent(0.3 + noise * 0.9 / 32768)
    assert not audio.is_silent(noise * 0.001)


def test_int16_clips_instead_of_wrapping():
    assert audio.to_int16(np.array([1.5, -1.5, 0.5])).tolist() == [32767, -32768, 16384]


def test_a_stream_that_does_not_say_its_length_is_refused(tmp_path):
    path = tmp_path / "piped.flac"
    soundfile.write(path, tone(), RATE)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # STREAMINFO: the samples in all are the last 36 bits before the MD5
    content[22:26] = bytes(4)
    path.write_bytes(content)
    assert "does not say how long it is" in reason_of(path)
    assert audio.seconds_of(path) == 0.0
