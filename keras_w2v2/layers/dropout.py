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
        noise_seed = self.random.next() if noise_seed is None else noise_seed
        kept = per_row(ops.shape(x), noise_seed) >= self.rate
        return ops.where(kept, x * (1.0 / (1.0 - self.rate)), ops.zeros((), x.dtype))

    def compute_output_shape(self, input_shape, noise_seed_shape=None):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
