"""Windows of a waveform."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_w2v2.layers.framing import frame


@settings(max_examples=40)
@given(kernel=st.integers(1, 12), stride=st.integers(1, 12), extra=st.integers(0, 40))
def test_windows_are_slices_of_the_waveform(kernel, stride, extra):
    samples = kernel + extra
    waveform = np.arange(2 * samples, dtype="float32").reshape(2, samples)
    found = np.asarray(frame(waveform, kernel, stride))
    starts = range(0, samples - kernel + 1, stride)
    wanted = np.stack([waveform[:, s : s + kernel] for s in starts], axis=1)
    np.testing.assert_array_equal(found, wanted)


def test_windows_of_an_unknown_length_are_the_same():
    import tensorflow as tf

    windows = tf.function(
        lambda x: frame(x, 10, 5), input_signature=[tf.TensorSpec([None, None], "float32")]
    )
    waveform = np.random.default_rng(0).normal(size=(2, 57)).astype("float32")
    np.testing.assert_array_equal(windows(waveform), frame(waveform, 10, 5))
