"""The convolutional feature encoder: waveform to one vector every 20 ms."""

import keras
from keras import ops

from keras_w2v2.frames import FrameArithmetic
from keras_w2v2.layers.activation import gelu
from keras_w2v2.layers.bias import add_bias
from keras_w2v2.layers.first_convolution import GroupNormConvolution
from keras_w2v2.layers.initializers import kaiming_normal
from keras_w2v2.layers.masking import long_sequence_mask
from keras_w2v2.layers.recompute import recomputed
from keras_w2v2.layers.strided_convolution import strided_convolution


@keras.saving.register_keras_serializable(package="keras_w2v2")
class FeatureConvolution(keras.layers.Layer):
    """Unpadded convolution, optional LayerNorm over channels, exact GELU.

    Args:
        filters: int, output channels.
        kernel_size: int, in input frames.
        stride: int, in input frames.
        use_bias: bool.
        layer_norm: bool, normalise over channels before the GELU (LARGE).

    Call arguments:
        x: float [batch, frames, channels].
    """

    def __init__(self, filters, kernel_size, stride, use_bias=False, layer_norm=False, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.stride = stride
        self.use_bias = use_bias
        self.layer_norm = layer_norm
        self.norm = None
        if layer_norm:
            self.norm = keras.layers.LayerNormalization(
                epsilon=1e-5, dtype=self.dtype_policy, name="norm"
            )

    def build(self, input_shape):
        channels = input_shape[-1]
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, channels, self.filters),
            initializer=kaiming_normal(fan_in=self.kernel_size * channels),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")
        if self.norm is not None:
            self.norm.build((None, None, self.filters))
        self.built = True

    def call(self, x):
        return self.activated(strided_convolution(x, ops.cast(self.kernel, x.dtype), self.stride))

    def activated(self, x):
        """Returns what follows the convolution: bias, norm and GELU of its result."""
        if self.bias is not None:
            x = add_bias(x, ops.cast(self.bias, x.dtype))
        if self.norm is not None:
            x = self.norm(x)
        return gelu(x)

    def compute_output_shape(self, input_shape):
        batch, frames, _ = input_shape
        frames = None if frames is None else (frames - self.kernel_size) // self.stride + 1
        return (batch, frames, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "stride": self.stride,
            "use_bias": self.use_bias,
            "layer_norm": self.layer_norm,
        }


@keras.saving.register_keras_serializable(package="keras_w2v2")
class FeatureEncoder(keras.layers.Layer):
    """Stack of strided convolutions over the raw waveform (wav2vec 2.0, section 2).

    Args:
        filters: sequence of int, output channels of each convolution.
        kernels: sequence of int, kernel width of each convolution.
        strides: sequence of int, stride of each convolution.
        use_bias: bool (LARGE).
        norm: "group" (BASE: the first convolution normalised over time, the rest bare) or
            "layer" (LARGE: every convolution normalised over channels).
        recompute: bool, keep only the input of each convolution for the backward pass while
            training, and compute norms and GELUs once more there. Changes no value.

    Call arguments:
        waveform: float [batch, samples], zero after each clip's length.
        length: int [batch], valid samples.
        training: bool.

    Returns:
        Float [batch, frames, filters[-1]].

    Example:
        >>> encoder = FeatureEncoder((32, 32), (10, 3), (5, 2))
        >>> encoder(keras.ops.ones((1, 400)), keras.ops.array([400])).shape
        (1, 39, 32)
    """

    def __init__(
        self, filters, kernels, strides, use_bias=False, norm="group", recompute=False, **kwargs
    ):
        super().__init__(autocast=False, **kwargs)  # each block casts for itself
        self.recompute = recompute
        self.filters = tuple(filters)
        self.frames = FrameArithmetic(kernels, strides)
        self.use_bias = use_bias
        self.norm = norm
        self.blocks = []
        for i, width in enumerate(self.filters):
            shape = {"filters": width, "kernel_size": kernels[i], "stride": strides[i]}
            shape |= {"use_bias": use_bias, "dtype": self.dtype_policy, "name": f"block_{i}"}
            if i == 0 and norm == "group":
                self.blocks.append(GroupNormConvolution(**shape))
            else:
                self.blocks.append(FeatureConvolution(layer_norm=norm == "layer", **shape))

    def build(self, waveform_shape=None, length_shape=None):
        channels = 1
        for block in self.blocks:
            block.build((None, None, channels))
            channels = block.filters
        self.built = True

    def call(self, waveform, length, training=False):
        def run(block, *arguments):
            if self.recompute and training:
                return recomputed(block, block, *arguments)
            return block(*arguments)

        first, *rest = self.blocks
        if self.norm == "group":
            valid = (length - first.kernel_size) // first.stride + 1
            frames = (ops.shape(waveform)[1] - first.kernel_size) // first.stride + 1
            x = run(first, waveform, long_sequence_mask(valid, frames))
        else:
            x = run(first, ops.expand_dims(waveform, -1))
        for block in rest:
            x = run(block, x)
        return x

    def compute_output_shape(self, waveform_shape, length_shape=None):
        batch, samples = waveform_shape
        frames = None if samples is None else self.frames.frames(samples)
        return (batch, frames, self.filters[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernels": self.frames.kernels,
            "strides": self.frames.strides,
            "use_bias": self.use_bias,
            "norm": self.norm,
            "recompute": self.recompute,
        }
