"""The convolutional position embedding with weight norm."""

import math

import keras
from keras import ops

from keras_w2v2.layers.activation import gelu
from keras_w2v2.layers.bias import add_bias


@keras.saving.register_keras_serializable(package="keras_w2v2")
class PositionalConvolution(keras.layers.Layer):
    """Grouped convolution over time with weight norm over its taps, exact GELU.

    Pads kernel // 2 frames on both sides and drops the last frame when the kernel is even;
    Keras' "same" pads an even kernel on the other side. The groups run as plain convolutions
    on slices, because the backward pass of a grouped convolution is 100 times slower on
    TensorFlow's CPU.

    Args:
        kernel_size: int, in frames.
        groups: int, divides the input channels.

    Call arguments:
        x: float [batch, frames, channels], zero at invalid frames.

    Returns:
        Float [batch, frames, channels], to be added to `x`.
    """

    def __init__(self, kernel_size=128, groups=16, **kwargs):
        super().__init__(**kwargs)
        self.kernel_size = kernel_size
        self.groups = groups

    def build(self, input_shape):
        channels = input_shape[-1]
        deviation = math.sqrt(4.0 / (self.kernel_size * channels))
        shape = (self.kernel_size, channels // self.groups, channels)
        self.direction = self.add_weight(
            name="direction",
            shape=shape,
            initializer=keras.initializers.RandomNormal(stddev=deviation),
        )
        self.gain = self.add_weight(
            name="gain",
            shape=(self.kernel_size, 1, 1),
            # Weight norm starts as the identity: the kernel is the direction as drawn.
            initializer=lambda shape, dtype: ops.cast(self._direction_norm(), dtype),
        )
        self.bias = self.add_weight(name="bias", shape=(channels,), initializer="zeros")
        self.built = True

    def kernel(self):
        """Returns the convolution kernel [kernel_size, channels / groups, channels]."""
        scale = ops.cast(self.gain, "float32") / self._direction_norm()
        return ops.cast(self.direction, "float32") * scale

    def _direction_norm(self):
        direction = ops.cast(self.direction, "float32")
        return ops.sqrt(ops.sum(ops.square(direction), axis=(1, 2), keepdims=True))

    def call(self, x):
        kernels = ops.split(ops.cast(self.kernel(), x.dtype), self.groups, axis=-1)
        half = self.kernel_size // 2
        padded = ops.pad(x, [[0, 0], [half, self.kernel_size - 1 - half], [0, 0]])
        slices = ops.split(padded, self.groups, axis=-1)
        outputs = [
            ops.conv(part, kernel, strides=1, padding="valid")
            for part, kernel in zip(slices, kernels, strict=True)
        ]
        return gelu(add_bias(ops.concatenate(outputs, axis=-1), ops.cast(self.bias, x.dtype)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "groups": self.groups,
        }
