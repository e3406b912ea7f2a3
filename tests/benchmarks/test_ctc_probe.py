"""The CTC probe reads what is in the features of other clips, and nothing that is not."""

import numpy as np

from benchmarks import ctc_probe, frozen_features, label_subsets
from keras_w2v2 import Vocabulary
from keras_w2v2.data.records import Clip
from keras_w2v2.frames import FrameArithmetic

VOCABULARY = Vocabulary(["<pad>", "|", "A", "B", "C"])
FRAMES = FrameArithmetic((10,), (5,))


def _texts(seed, clips=16):
    draw = np.random.default_rng(seed)
    return ["".join(draw.choice(list("ABC"), 4)) for _ in range(clips)]


def _spoken(texts, seed):
    """Features that say each letter for three frames, with a pause behind it, in some noise."""
    draw = np.random.default_rng(seed)
    said = [np.eye(4)[[x for c in text for x in [" ABC".index(c)] * 3 + [0]]] for text in texts]
    return [(each + 0.1 * draw.normal(size=each.shape)).astype(np.float32) for each in said]


def _error_rates(features):
    """Returns the error rates on what was learnt and on other clips."""
    known, unknown = _texts(0), _texts(1)
    head = ctc_probe.Head(VOCABULARY, 4, seed=0)
    head.learn(features(known, 2), known, updates=60)
    return [
        head.errors(features(texts, seed), texts, FRAMES)
        for texts, seed in ((known, 2), (unknown, 3))
    ]


def test_letters_that_are_in_the_features_are_read_in_clips_never_seen():
    assert max(_error_rates(_spoken)) < 0.1


def test_what_features_do_not_hold_is_learnt_by_heart_at_most():
    def silent(texts, seed):
        draw = np.random.default_rng(seed)
        return [draw.normal(size=(16, 4)).astype(np.float32) for _ in texts]

    known, unknown = _error_rates(silent)
    assert unknown > 0.5
    assert known < unknown


class _Backbone:
    """One layer that holds the clip's samples, five a frame apart."""

    frames = FRAMES

    def hidden_states(self, inputs):
        size = self.frames.frames(inputs["waveform"].shape[1])
        return [inputs["waveform"][:, 0 : 5 * size : 5, None]]


def test_every_layer_that_was_asked_for_gets_a_row_with_both_rates():
    clips = [
        Clip(f"{i}", np.full(400, i / 9, np.float32), text, "ann", "")
        for i, text in enumerate(_texts(0, 4))
    ]
    rows = ctc_probe.compare({"run": _Backbone()}, clips, clips, None, updates=1, seed=0)
    assert [set(row) for row in rows] == [{"layer", "run labels", "run dev"}]


def test_states_are_those_of_valid_frames_in_every_clip():
    clips = [
        Clip(f"{i}", np.arange(1, 1 + samples, dtype=np.float32), "A", "ann", "")
        for i, samples in enumerate((100, 37, 300))
    ]
    found = dict(frozen_features.states(_Backbone(), clips))
    for i, clip in enumerate(clips):
        frames = FRAMES.frames(len(clip.waveform))
        np.testing.assert_array_equal(found[i][0, :, 0], clip.waveform[0 : 5 * frames : 5])


def test_places_are_those_of_the_clips_that_are_chosen():
    clips = [Clip(f"{i}", np.zeros(16000, np.float32), f"T{i}", "ann", "") for i in range(30)]
    chosen = label_subsets.places(clips, minutes=0.25, seed=1)
    assert len(chosen) == len(set(chosen)) == 15
    assert chosen == label_subsets.places(clips, minutes=0.5, seed=1)[:15]
