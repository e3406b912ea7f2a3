"""The probe reads what is in the features and nothing else."""

import numpy as np

from benchmarks import linear_probe
from keras_w2v2.data.records import Clip
from keras_w2v2.frames import FrameArithmetic

WORDS = ["one", "two", "three"] * 20


class _Backbone:
    """Two layers of which the second holds, in every valid frame, the clip's first sample."""

    frames = FrameArithmetic((10,), (5,))

    def hidden_states(self, inputs):
        waveform, length = inputs["waveform"], inputs["length"]
        frames = self.frames.frames(waveform.shape[1])
        states = np.repeat(waveform[:, :1, None], frames, 1)
        invalid = np.arange(frames)[None] >= self.frames.frames(length)[:, None]
        states[invalid] = 1e6  # what padding holds must not count
        return [np.zeros_like(states), states]


def _clip(value, samples):
    return Clip(f"{value}", np.full(samples, value, np.float32), "one", "ann", "")


def test_features_are_means_over_valid_frames_in_the_order_of_the_clips():
    clips = [_clip(i / 100, 400 + 37 * (i % 7)) for i in range(2 * linear_probe.CLIPS_A_BATCH + 1)]
    found = linear_probe.features(_Backbone(), clips)
    assert found.shape == (2, len(clips), 1)
    np.testing.assert_allclose(found[1, :, 0], [i / 100 for i in range(len(clips))], rtol=1e-6)


def test_words_along_directions_of_their_own_are_read_without_error():
    draw = np.random.default_rng(0)
    axes = {word: draw.normal(size=8) for word in set(WORDS)}
    train, dev = (
        np.array([5 * axes[word] + draw.normal(size=8) for word in WORDS]) for _ in range(2)
    )
    assert linear_probe.error_rate(train, WORDS, dev, WORDS) == 0.0


def test_features_that_know_nothing_are_read_by_chance():
    draw = np.random.default_rng(1)
    train, dev = (draw.normal(size=(len(WORDS), 8)) for _ in range(2))
    assert 0.5 < linear_probe.error_rate(train, WORDS, dev, WORDS) < 0.83
