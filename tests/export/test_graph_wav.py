"""WAV files inside a graph, beside the library's own reader."""

import itertools
import re

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from keras_w2v2.data import audio
from keras_w2v2.export import graph_audio, graph_wav
from tests.golden import wav_files

FILES = list(wav_files.all_files())
FAULTS = {error for _, _, error, *_ in FILES if error}
SUBTYPES = ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT")

_read = tf.function(graph_wav.read, input_signature=[tf.TensorSpec([], tf.string)] * 2)
_waveforms = tf.function(graph_audio.waveforms, input_signature=[tf.TensorSpec([None], tf.string)])


@pytest.mark.parametrize("name, file, error, rate, channels, samples", FILES, ids=lambda case: None)
def test_each_file_is_read_or_refused_by_name(name, file, error, rate, channels, samples):
    if error:
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"file 7: {error}: "):
            _read(file, "file 7")
        return
    found, found_rate = _read(file, "file 7")
    assert found_rate == rate
    np.testing.assert_allclose(found, samples, atol=1e-6)


def test_every_coding_rate_and_number_of_channels_is_what_the_library_reads(tmp_path):
    path, made = tmp_path / "a.wav", np.random.default_rng(2)
    files, wanted = [], []
    for subtype, rate, channels in itertools.product(SUBTYPES, (8000, 16000, 44100), (1, 2, 6)):
        # Low tones: filters differ at the edge of the band, and at the ends of a sound.
        times = np.arange(round(0.1 * rate)) / rate
        fade = np.hanning(len(times))[:, None]
        tones = np.sin(2 * np.pi * times[:, None] * made.uniform(100, 3000, channels)) * fade
        soundfile.write(path, 0.9 * tones, rate, subtype=subtype)
        files.append(path.read_bytes())
        # Eight bits round to noise, which filters cut at a little different places.
        wanted.append((audio.read(path), 1 / 256 if subtype == "PCM_U8" else 2e-4))
    found, length = _waveforms(tf.constant(files))
    assert found.shape[0] == len(files) == 45
    assert length.numpy().tolist() == [len(clip) for clip, _ in wanted]
    for one, (clip, tolerance) in zip(found.numpy(), wanted, strict=True):
        np.testing.assert_allclose(one[: len(clip)], clip, atol=tolerance)
        assert not one[len(clip) :].any()


def test_a_batch_names_the_file_that_cannot_be_read():
    sound = FILES[0][1]
    with pytest.raises(tf.errors.InvalidArgumentError, match="file 3 of the batch: cut_wav: "):
        _waveforms(tf.constant([sound, sound, sound[:-10], sound]))


def test_a_batch_of_none_is_none():
    waveforms, length = _waveforms(tf.constant([], tf.string))
    assert waveforms.shape[0] == length.shape[0] == 0


def test_five_hundred_broken_files_are_refused_by_name_or_are_sound():
    refused = 0
    for data in wav_files.mutations(seed=4, count=500):
        try:
            found, rate = _read(data, "x")
        except tf.errors.InvalidArgumentError as error:
            assert re.search(r"\bx: (\w+): ", str(error))[1] in FAULTS
            refused += 1
        else:
            assert len(found) and np.abs(found).max() <= audio.LOUDEST
            assert graph_wav.RATES[0] <= rate <= graph_wav.RATES[1]
    assert 100 < refused < 500
