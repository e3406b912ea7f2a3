"""The Gumbel product quantizer: features to entries of learned codebooks."""

import keras
from keras import ops

from keras_w2v2.layers.dense import Dense
from keras_w2v2.layers.noise import uniform


@keras.saving.register_keras_serializable(package="keras_w2v2")
class GumbelProductQuantizer(keras.layers.Layer):
    """Picks one entry of each codebook for every frame (wav2vec 2.0, section 2).

    Args:
        num_codebooks: int, G.
        codebook_size: int, entries of each codebook, V.
        code_dim: int, width of the joined entries; a multiple of G.

    Call arguments:
        features: float [batch, frames, channels].
        temperature: float scalar tensor of the Gumbel softmax; None takes the argmax.
        gumbel: float32 [batch, frames, G, V], noise to add to the scores; with None and a
            temperature the straight-through softmax runs without noise.

    Returns:
        dict of "quantized" float32 [batch, frames, code_dim], "codes" int32 [batch, frames, G],
        "probabilities" float32 [batch, frames, G, V] (the plain softmax: no noise, no
        temperature).
    """

    def __init__(self, num_codebooks=2, codebook_size=320, code_dim=256, **kwargs):
        # Keras would cast the noise, the temperature and the codebook to the compute dtype;
        # sampling needs float32.
        super().__init__(autocast=False, **kwargs)
        self.num_codebooks = num_codebooks
        self.codebook_size = codebook_size
        self.code_dim = code_dim

    def build(self, features_shape):
        self.projection = Dense(
            self.num_codebooks * self.codebook_size,
            kernel_initializer=keras.initializers.RandomNormal(stddev=1.0),
            dtype=self.dtype_policy,
            name="projection",
        )
        self.projection.build(features_shape)
        self.codebook = self.add_weight(
            name="codebook",
            shape=(self.num_codebooks, self.codebook_size, self.code_dim // self.num_codebooks),
            initializer=keras.initializers.RandomUniform(0.0, 1.0),
        )
        self.built = True

    def call(self, features, temperature=None, gumbel=None):
        batch, frames, _ = ops.shape(features)
        scores = ops.cast(self.projection(features), "float32")
        scores = ops.reshape(scores, [batch, frames, self.num_codebooks, self.codebook_size])
        noisy = scores if gumbel is None else scores + gumbel
        codes = ops.argmax(noisy, axis=-1)
        chosen = ops.one_hot(codes, self.codebook_size, dtype="float32")
        if temperature is not None:
            soft = ops.softmax(noisy / temperature)
            # Straight through: the value of the choice, the gradient of the softmax.
            chosen = chosen + (soft - ops.stop_gradient(soft))
        return {
            "quantized": self._look_up(chosen),
            "codes": ops.cast(codes, "int32"),
            "probabilities": ops.softmax(scores),
        }

    def entries(self, codes):
        """Returns the joined codebook entries of `codes` int [..., G]: float32 [..., code_dim]."""
        return self._look_up(ops.one_hot(codes, self.codebook_size, dtype="float32"))

    def _look_up(self, chosen):
        codebook = ops.cast(self.codebook, "float32")
        parts = [
            ops.matmul(chosen[..., group, :], codebook[group])
            for group in range(self.num_codebooks)
        ]
        return ops.concatenate(parts, axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_codebooks": self.num_codebooks,
            "codebook_size": self.codebook_size,
            "code_dim": self.code_dim,
        }


def gumbel_noise(shape, seed, rows):
    """Returns standard Gumbel noise -log(-log(u)) in float32, each row from its own seed.

    Args:
        shape: tuple, shape of one row's noise.
        seed: int tensor [2], a stateless seed.
        rows: int32 tensor [batch], index of each row in the global batch.
    """
    drawn = uniform(shape, seed, rows)
    # Draws of exactly 0 happen and would give log(0).
    drawn = ops.clip(drawn, 1e-7, 1.0 - 1e-7)
    return -ops.log(-ops.log(drawn))
