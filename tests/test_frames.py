"""Frame arithmetic: the one place where samples become frames."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from keras_w2v2 import SAMPLE_RATE, FrameArithmetic, UserError

WAV2VEC2 = FrameArithmetic((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
stacks = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 6)), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (399, 0), (400, 1), (719, 1), (720, 2), (16000, 49)]
)
def test_published_frame_counts(samples, frames):
    assert WAV2VEC2.frames(samples) == frames


def test_a_base_clip_of_246000_samples_has_768_frames():
    assert WAV2VEC2.frames(246_000) == 768


def test_a_frame_sees_25_ms_every_20_ms():
    assert WAV2VEC2.receptive_field == 400 == 0.025 * SAMPLE_RATE
    assert WAV2VEC2.hop == 320 and WAV2VEC2.frame_seconds == 0.02
    assert WAV2VEC2.seconds(50) == 1.0


def _walk(kernels, strides, samples):
    """Counts windows one convolution at a time, by listing them."""
    for kernel, stride in zip(kernels, strides, strict=True):
        samples = len(range(0, samples - kernel + 1, stride))
    return samples


@given(stack=stacks, samples=st.integers(0, 2000))
def test_frames_are_the_windows_that_fit(stack, samples):
    kernels, strides = zip(*stack, strict=True)
    assert FrameArithmetic(kernels, strides).frames(samples) == _walk(kernels, strides, samples)


@given(stack=stacks, frames=st.integers(1, 50))
def test_samples_is_the_least_number_that_gives_the_frames(stack, frames):
    arithmetic = FrameArithmetic(*zip(*stack, strict=True))
    samples = arithmetic.samples(frames)
    assert arithmetic.frames(samples) == frames
    assert arithmetic.frames(samples - 1) == frames - 1


def test_ints_arrays_and_tensors_agree():
    samples = np.array([[0, 1, 9, 10], [399, 400, 16000, 246000]], "int32")
    wanted = [[WAV2VEC2.frames(int(n)) for n in row] for row in samples]
    np.testing.assert_array_equal(WAV2VEC2.frames(samples), wanted)
    np.testing.assert_array_equal(WAV2VEC2.frames(samples.astype("int64")), wanted)
    found = WAV2VEC2.frames(tf.constant(samples))
    assert found.dtype == tf.int32
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(tf.function(WAV2VEC2.frames)(tf.constant(samples)), wanted)
    assert int(WAV2VEC2.frames(np.int64(16000))) == 49


def test_python_ints_stay_python_ints():
    assert type(WAV2VEC2.frames(16000)) is int and type(WAV2VEC2.samples(49)) is int


@pytest.mark.parametrize(
    ("kernels", "strides"), [((10, 3), (5,)), ((), ()), ((10, 0), (5, 2)), ((10, 3), (5, -1))]
)
def test_convolutions_that_do_not_fit_are_refused(kernels, strides):
    with pytest.raises(UserError, match="conv_kernels"):
        FrameArithmetic(kernels, strides)
