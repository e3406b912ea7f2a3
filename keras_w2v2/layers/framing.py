"""Cuts a waveform into the overlapping windows that a first convolution sees."""

from keras import ops


def frame(waveform, kernel, stride):
    """Returns every window of `kernel` samples, `stride` samples apart.

    Reshapes and joins whole strides instead of a convolution with an identity kernel, so that
    no weight-like constant reaches a quantizer and the samples stay exact.

    Args:
        waveform: float tensor [batch, samples], at least `kernel` samples.
        kernel: int, window length in samples.
        stride: int, samples between window starts.

    Returns:
        Float tensor [batch, (samples - kernel) // stride + 1, kernel].
    """
    batch, samples = ops.shape(waveform)
    count = (samples - kernel) // stride + 1
    reach = -(-kernel // stride)  # strides that one window touches
    waveform = ops.pad(waveform, [[0, 0], [0, reach * stride]])
    chunks = ops.reshape(waveform[:, : (count + reach - 1) * stride], [batch, -1, stride])
    windows = ops.concatenate([chunks[:, i : i + count] for i in range(reach)], axis=-1)
    return windows[:, :, :kernel]
