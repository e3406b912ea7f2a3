"""Short clips joined to strings: every clip once, speakers apart, the same every time."""

import numpy as np
import pytest
import soundfile

from benchmarks import joined_clips
from keras_w2v2.data import manifests
from keras_w2v2.frames import SAMPLE_RATE

CLIPS = 7


@pytest.fixture
def entries(tmp_path):
    """Two speakers with seven clips of half a second, each of another constant value."""
    found = []
    for who, sign in (("ann", 1), ("bob", -1)):
        for i in range(CLIPS):
            path = tmp_path / f"{who}{i}.wav"
            soundfile.write(path, np.full(SAMPLE_RATE // 2, sign * (i + 1) / 16), SAMPLE_RATE)
            found.append(manifests.Entry(str(path), path.stem, "", who, "", SAMPLE_RATE // 2))
    return found


def test_every_clip_is_whole_in_one_string_of_its_speaker(entries):
    heard = {"ann": [], "bob": []}
    for speaker, waveform in joined_clips.strings(entries, seconds=1.5):
        clips = waveform.reshape(-1, SAMPLE_RATE // 2)
        assert (clips == clips[:, :1]).all()
        heard[speaker].extend(clips[:, 0] * 16)
    assert sorted(heard["ann"]) == list(range(1, CLIPS + 1))
    assert sorted(heard["bob"]) == list(range(-CLIPS, 0))


def test_strings_last_as_long_as_asked_but_for_the_last(entries):
    found = [len(waveform) / SAMPLE_RATE for _, waveform in joined_clips.strings(entries, 1.4)]
    assert found == [1.5, 1.5, 0.5] * 2


def test_a_seed_gives_one_order_and_another_seed_another(entries):
    def whole(seed):
        return np.concatenate([wave for _, wave in joined_clips.strings(entries, 2, seed)])

    np.testing.assert_array_equal(whole(0), whole(0))
    assert (whole(0) != whole(1)).any()
