"""Dropout that stays fast when XLA compiles it for a CPU."""

import keras
from keras import ops

from keras_w2v2.layers.noise import per_row


@keras.saving.register_keras_serializable(package="keras_w2v2")
class Dropout(keras.layers.Layer):
    """Zeroes a share of the values while training and scales up the rest.

    As `keras.layers.Dropout`, with the noise of `layers.noise`.

    Args:
        rate: float in [0, 1), share of values set to zero.
        seed: int, or None for one of Keras' own.

    Call arguments:
        x: float tensor [batch, ...].
        training: bool.
        noise_seed: int tensor [2] to draw from, or None for the layer's own generator.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed
        self.random = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, x, training=False, noise_seed=None):
        if not training or not self.rate:
            return x
        return dropped(x, self.kept(ops.shape(x), noise_seed), self.rate)

    def kept(self, shape, noise_seed=None):
        """Draws which values of a tensor [batch, ...] of this shape stay (bool).

        Args:
            shape: sequence of int or scalar tensors.
            noise_seed: as for the call.
        """
        noise_seed = self.random.next() if noise_seed is None else noise_seed
        return per_row(shape, noise_seed) >= self.rate

    def compute_output_shape(self, input_shape, noise_seed_shape=None):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


def dropped(x, kept, rate):
    """Returns `x` with zeros where it is not kept, the rest scaled up.

    Args:
        x: float tensor.
        kept: bool tensor of the shape of `x`.
        rate: float in [0, 1), the share of values that are not kept.
    """
    return ops.where(kept, x * (1.0 / (1.0 - rate)), ops.zeros((), x.dtype))
