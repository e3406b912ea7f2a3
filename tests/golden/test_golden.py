"""Python still writes the golden files that are committed, and reads them as it should."""

import base64
import json

import numpy as np
import pytest

from keras_w2v2.data import audio
from keras_w2v2.export import bundle, runner
from keras_w2v2.training import recognizer
from tests.golden import make, wav_files


def _rounded(value):
    """The same value without a float's last digits, which change with the processor."""
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-9)
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("name", make.WRITTEN)
def test_the_committed_file_is_what_python_writes(name):
    committed = json.loads((make.HERE / name).read_text(encoding="utf-8"))
    written = json.loads(make.text_of(make.WRITTEN[name]()))
    assert _rounded(committed) == written, "run: make golden"


# libsndfile knows more codings than docs/bundle.md asks for, and goes by the bits alone.
READ_BY_LIBSNDFILE = {"A-law", "12 bits", "a block that does not follow"}


@pytest.mark.parametrize("case", wav_files.cases(), ids=lambda case: case["name"])
def test_each_wav_file_is_read_or_refused(case, tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(base64.b64decode(case["base64"]))
    if case["name"] in READ_BY_LIBSNDFILE:
        assert len(audio.read(path))
    elif case["error"]:
        with pytest.raises(audio.AudioError) as caught:
            audio.read(path)
        assert "\n" not in str(caught.value)
    elif case["rate"] == 16000:
        np.testing.assert_allclose(audio.read(path), case["samples"], atol=2e-7)
    else:
        length = len(audio.read(path))
        assert length == pytest.approx(len(case["samples"]) * 16000 / case["rate"], abs=2)


def test_three_thousand_broken_wav_files_are_refused_by_name_or_are_sound(tmp_path):
    path, refused = tmp_path / "x.wav", 0
    for data in wav_files.mutations(seed=1, count=3000):
        path.write_bytes(data)
        try:
            waveform = audio.read(path)
        except audio.AudioError as error:
            assert error.reason
            refused += 1
        else:
            assert waveform.ndim == 1
            assert np.abs(waveform).max() <= 4.5  # resampling may overshoot a little
    assert refused > 500


def test_the_bundled_recogniser_reads_the_bundled_speech():
    described = bundle.read(make.RECOGNISER).content
    assert described["languages"] == ["en"]
    read = recognizer.load(make.RECOGNISER).transcribe(audio.read(make.SPEECH))
    assert read.text == "CLOSE THE WHITE LAMP NOW"


def test_every_window_of_the_bundled_recogniser_reads_alike():
    waveform = audio.read(make.SPEECH)
    loaded = runner.load(make.RECOGNISER)
    wanted = loaded.run(waveform, loaded.metadata.signatures[0])
    for signature in loaded.metadata.signatures[1:]:
        found = loaded.run(waveform, signature)
        assert found["token_ids"] == wanted["token_ids"]
        # int8: a scale for each frame, so that padding changes none of them.
        np.testing.assert_allclose(found["logits"], wanted["logits"], atol=1e-2)
