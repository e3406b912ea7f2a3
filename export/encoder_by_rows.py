"""The feature encoder for phones: matrix products by rows, a piece of the sound at a time."""

import contextlib
import math

from keras import ops

from keras_w2v2.frames import FrameArithmetic
from keras_w2v2.layers.framing import frame
from keras_w2v2.layers.masking import long_sequence_mask

EARLY = 4  # convolutions that run a piece at a time: what they make of a clip is large
# Of the largest output among them, 0.75 s in BASE: it stays in the cache. Every piece costs the
# memory of its convolutions' packed weights, too.
PIECE_VALUES = 1_228_800
MOST_PIECES = 30  # each is a copy of their graph


@contextlib.contextmanager
def in_place_of(encoder):
    """Lets a FeatureEncoder compute the same values by rows while it is traced.

    TFLite quantizes the input of a CONV_2D on the fly with one scale for all of it, that of a
    FULLY_CONNECTED with one for each row, which here is a frame: a loud frame no longer costs
    the quiet ones their digits. int8 logits of the demo's recogniser come to 0.03 of float32
    (root mean square) instead of 0.8. The rows cost copies, some 5 % of BASE's time; a piece at
    a time they stay in the cache, and memory is that of the convolutions.

    Args:
        encoder: FeatureEncoder, for waveforms of one clip and known length.
    """
    encoder.call = lambda waveform, length, training=False: encoded(encoder, waveform, length)
    try:
        yield
    finally:
        del encoder.call  # the class's own comes back


def encoded(encoder, waveform, length):
    """Returns what `encoder(waveform, length)` returns.

    Args:
        encoder: FeatureEncoder.
        waveform: float32 [1, samples], samples known.
        length: int [1], valid samples.
    """
    samples, first = waveform.shape[1], encoder.blocks[0]
    frames = encoder.frames
    early = FrameArithmetic(frames.kernels[:EARLY], frames.strides[:EARLY])
    if encoder.norm == "group":
        windows = frame(waveform, first.kernel_size, first.stride)
        valid = (length - first.kernel_size) // first.stride + 1
        statistics = first.statistics(windows, long_sequence_mask(valid, windows.shape[1]))
    total, pieces = early.frames(samples), []
    size = max(PIECE_VALUES // _values_of_a_frame(encoder), -(-total // MOST_PIECES))
    for start in range(0, total, size):
        needed = early.samples(min(size, total - start))
        x = waveform[:, start * early.hop : start * early.hop + needed]
        if encoder.norm == "group":
            x = first.normalized(frame(x, first.kernel_size, first.stride), *statistics)
        else:
            x = _convolved(first, ops.expand_dims(x, -1))
        for block in encoder.blocks[1:EARLY]:
            x = _convolved(block, x)
        pieces.append(x)
    x = ops.concatenate(pieces, axis=1)
    for block in encoder.blocks[EARLY:]:
        x = _convolved(block, x)
    return x


def _values_of_a_frame(encoder):
    """How many values the largest early output has for one frame of the last of them (int)."""
    strides = encoder.frames.strides[:EARLY]
    return max(
        block.filters * math.prod(strides[number + 1 :])
        for number, block in enumerate(encoder.blocks[:EARLY])
    )


def _convolved(block, x):
    return block.activated(convolution(x, block.kernel, block.stride))


def convolution(x, kernel, stride):
    """Returns the unpadded convolution of one clip, as a sum of matrix products.

    The taps of the kernel are taken `stride` at a time from its end: so many neighbouring
    frames, read as one row, are one product.

    Args:
        x: float [1, frames, channels], frames known.
        kernel: float [kernel_size, channels, filters].
        stride: int, in frames.

    Returns:
        Float [1, (frames - kernel_size) // stride + 1, filters].
    """
    kernel_size, channels, filters = kernel.shape
    outputs = (x.shape[1] - kernel_size) // stride + 1
    total, end = None, kernel_size
    while end > 0:
        first = max(0, end - stride)
        width = (end - first) * channels
        rows = x[:, first : first + outputs * stride]
        rows = ops.reshape(rows, [outputs, stride * channels])
        if width < stride * channels:  # TFLite would copy a slice that is the whole
            rows = rows[:, :width]
        product = ops.matmul(rows, ops.reshape(kernel[first:end], [width, filters]))
        total = product if total is None else total + product
        end = first
    return ops.expand_dims(total, 0)
