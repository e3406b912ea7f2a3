import numpy as np
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training.sample_clips import MOST_CLIPS, sample_clips, speechlike


def test_made_up_clips_are_the_same_every_time_and_within_full_scale():
    for clip, again in zip(sample_clips(), sample_clips(), strict=True):
        np.testing.assert_array_equal(clip, again)
        assert clip.dtype == np.float32
        assert 0.1 < np.abs(clip).max() <= 1.0
        assert np.isfinite(clip).all()


def test_made_up_speech_changes_its_sound_several_times_a_second():
    clip = speechlike(2.0)
    spectra = [np.abs(np.fft.rfft(clip[i : i + 4000])) for i in range(0, 32_000, 4000)]
    likeness = np.corrcoef(spectra)
    assert likeness.min() < 0.5


def test_clips_come_from_shards_or_files_and_are_cut(tones, tmp_path):
    import soundfile

    assert len(sample_clips([tones])) == MOST_CLIPS
    soundfile.write(tmp_path / "a.wav", np.full(32_000, 0.1), 16_000)
    (clip,) = sample_clips([tmp_path / "a.wav"], max_seconds=1.5)
    assert len(clip) == 24_000


def test_a_folder_without_shards_is_refused(tmp_path):
    with pytest.raises(UserError):
        sample_clips([tmp_path])
