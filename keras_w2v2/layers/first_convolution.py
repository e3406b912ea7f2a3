"""The first convolution of BASE with its normalization over time, in closed form."""

import keras
import numpy as np
from keras import ops

from keras_w2v2.layers.activation import gelu
from keras_w2v2.layers.bias import add_bias
from keras_w2v2.layers.framing import frame
from keras_w2v2.layers.initializers import kaiming_normal

BLOCK = 128  # frames summed in one go


@keras.saving.register_keras_serializable(package="keras_w2v2")
class GroupNormConvolution(keras.layers.Layer):
    """Convolution of the waveform, each channel normalised over valid frames, exact GELU.

    This is GroupNorm with one group a channel (wav2vec 2.0 BASE). Because the input has one
    channel, the mean and variance of an output channel with kernel w follow from the mean m
    and covariance C of the windows: w.m and w^T C w. So the statistics cost a `kernel` x
    `kernel` matrix instead of two passes over [frames, filters], and scale and shift go into
    the kernel. Only valid frames enter m and C: padding never changes a result.

    Args:
        filters: int, output channels.
        kernel_size: int, in samples.
        stride: int, in samples.
        use_bias: bool. A bias is cancelled by the normalization; kept for checkpoints' sake.
        epsilon: float, added to the variance (1e-5 in every published checkpoint).

    Call arguments:
        waveform: float [batch, samples].
        frame_mask: bool [batch, frames], True at valid frames.

    Returns:
        Float [batch, frames, filters].
    """

    def __init__(self, filters, kernel_size, stride, use_bias=False, epsilon=1e-5, **kwargs):
        # The waveform comes as it is: an offset must go before bfloat16 rounds it away.
        super().__init__(autocast=False, **kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.stride = stride
        self.use_bias = use_bias
        self.epsilon = epsilon

    def build(self, waveform_shape=None):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, 1, self.filters),
            initializer=kaiming_normal(fan_in=self.kernel_size),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")
        self.gain = self.add_weight(name="gain", shape=(self.filters,), initializer="ones")
        self.shift = self.add_weight(name="shift", shape=(self.filters,), initializer="zeros")
        self.built = True

    def call(self, waveform, frame_mask):
        windows = ops.cast(frame(waveform, self.kernel_size, self.stride), "float32")
        return self.normalized(windows, *self.statistics(windows, frame_mask))

    def statistics(self, windows, frame_mask):
        """Returns what normalises a clip: the mean of its windows, and its scaled kernel.

        Args:
            windows: float32 [batch, frames, kernel].
            frame_mask: bool [batch, frames].

        Returns:
            (float32 [batch, 1, kernel], float32 [batch, kernel, filters]).
        """
        valid = ops.expand_dims(ops.cast(frame_mask, "float32"), -1)
        count = ops.maximum(ops.sum(valid, axis=1, keepdims=True), 1.0)
        mean = ops.sum(ops.sum(_blocks(windows * valid), axis=2), axis=1, keepdims=True) / count
        tones = ops.convert_to_tensor(_cosines(self.kernel_size))
        masked = ops.matmul((windows - mean) * valid, tones)
        blocks = _blocks(masked)
        covariance = ops.matmul(ops.transpose(blocks, [0, 1, 3, 2]), blocks)
        covariance = ops.sum(covariance, axis=1) / count
        kernel = ops.cast(self.kernel, "float32")[:, 0, :]
        in_tones = ops.matmul(ops.transpose(tones), kernel)
        variance = ops.sum(ops.matmul(covariance, in_tones) * in_tones, axis=1, keepdims=True)
        scale = ops.cast(self.gain, "float32") * ops.rsqrt(variance + self.epsilon)
        return mean, kernel * scale

    def normalized(self, windows, mean, kernel):
        """Returns the layer's output for windows of a clip, given its `statistics`."""
        centered = ops.cast(windows - mean, self.compute_dtype)
        product = ops.matmul(centered, ops.cast(kernel, self.compute_dtype))
        return gelu(add_bias(product, ops.cast(self.shift, self.compute_dtype)))

    def compute_output_shape(self, waveform_shape, frame_mask_shape=None):
        batch, samples = waveform_shape
        frames = None if samples is None else (samples - self.kernel_size) // self.stride + 1
        return (batch, frames, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "stride": self.stride,
            "use_bias": self.use_bias,
            "epsilon": self.epsilon,
        }


def _cosines(size):
    """Returns the orthonormal cosine transform (DCT-II), float32 [size, size].

    Speech has most of its energy in the low tones. With the covariance of samples, the variance
    of a kernel for high tones is a small difference of large numbers; with that of tones, a sum
    of small ones. Logits of TFLite, XLA and oneDNN came to lie 4e-4 apart without it.
    """
    places = (np.arange(size)[:, None] + 0.5) * np.arange(size)[None] * np.pi / size
    matrix = np.cos(places) * np.sqrt(2 / size)
    matrix[:, 0] /= np.sqrt(2)
    return matrix.astype("float32")


def _blocks(x):
    """Returns frames in blocks to sum: [batch, frames, size] -> [batch, blocks, BLOCK, size].

    TFLite sums 16,000 terms one after the other, and loses three digits.
    """
    batch, frames, size = ops.shape(x)
    blocks = -(-frames // BLOCK)
    x = ops.pad(x, [[0, 0], [0, blocks * BLOCK - frames], [0, 0]])
    return ops.reshape(x, [batch, blocks, BLOCK, size])
