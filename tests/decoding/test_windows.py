"""Window plans: every frame once, with its context, offline and live alike."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keras_w2v2.decoding.windows import WindowPlan, stitched
from keras_w2v2.errors import UserError
from keras_w2v2.frames import FrameArithmetic

PUBLISHED = FrameArithmetic((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
SMALL = FrameArithmetic((4, 3), (2, 2))


@st.composite
def plans(draw):
    left, right = draw(st.integers(0, 30)), draw(st.integers(0, 30))
    step = draw(st.integers(1, 50))
    frames = draw(st.sampled_from([PUBLISHED, SMALL]))
    return WindowPlan(frames, left + step + right, left, right)


@given(plans(), st.integers(0, 100_000))
def test_every_frame_is_kept_once_and_in_order(plan, samples):
    kept = [frame for w in plan.of(samples) for frame in range(w.keep_from, w.keep_to)]
    assert kept == list(range(plan.frames.frames(samples)))


@given(plans(), st.integers(0, 100_000))
def test_every_kept_frame_has_its_context_but_at_the_ends(plan, samples):
    total = plan.frames.frames(samples)
    for window in plan.of(samples):
        seen = plan.frames.frames(window.end - window.start)
        assert seen <= plan.window
        assert window.end <= samples
        assert window.first_frame == max(0, window.keep_from - plan.left)
        ahead = window.first_frame + seen - window.keep_to
        assert ahead == (0 if window.keep_to == total else plan.right)


@given(plans(), st.integers(0, 20_000), st.data())
def test_live_the_windows_are_those_of_the_whole_recording(plan, samples, data):
    pushed, ready, k = 0, [], 0
    while pushed < samples:
        pushed += data.draw(st.integers(1, samples - pushed))
        while plan.window_at(k).end <= pushed:
            ready.append(plan.window_at(k))
            k += 1
    last = plan.last(k, samples)
    ready += [last] if last else []
    whole = list(plan.of(samples))
    kept = [frame for w in ready for frame in range(w.keep_from, w.keep_to)]
    assert kept == list(range(plan.frames.frames(samples)))
    # The live reader cannot know that a full window was the last, so it may run one more.
    assume(len(ready) == len(whole))
    assert ready == whole


@given(plans(), st.integers(0, 20_000))
def test_stitched_frames_are_the_recordings_own_where_context_does_not_matter(plan, samples):
    recording = np.arange(samples)
    frames = plan.frames

    def first_samples(waveform):
        count = frames.frames(len(waveform))
        return waveform[np.arange(count) * frames.hop][:, None]

    pieces = list(stitched(plan, samples, lambda a, b: recording[a:b], first_samples))
    wanted = np.arange(frames.frames(samples))[:, None] * frames.hop
    assert np.array_equal(np.concatenate(pieces) if pieces else wanted[:0], wanted)


def test_a_latency_is_step_and_right_context_and_the_rest_is_left_context():
    plan = WindowPlan.for_latency(PUBLISHED, 32_000, 0.4)
    assert plan.window == 99
    assert plan.step + plan.right == 20  # 0.4 s of 20 ms
    assert plan.left == 79


@pytest.mark.parametrize("latency", [0.0, 0.02, -1.0, 2.5])
def test_an_impossible_latency_is_refused_with_the_possible_ones(latency):
    with pytest.raises(UserError, match="choose 0.04 to 1.98 s"):
        WindowPlan.for_latency(PUBLISHED, 32_000, latency)


@pytest.mark.parametrize("left, right", [(50, 50), (-1, 2), (2, -1), (99, 0)])
def test_contexts_that_leave_nothing_to_keep_are_refused(left, right):
    with pytest.raises(UserError, match="context"):
        WindowPlan(PUBLISHED, 99, left, right)
