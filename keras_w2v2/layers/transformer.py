"""Transformer block, post-LN (BASE) or pre-LN (LARGE), with layer drop."""

import keras
from keras import ops

from keras_w2v2.layers.activation import gelu
from keras_w2v2.layers.attention import SelfAttention
from keras_w2v2.layers.dense import Dense
from keras_w2v2.layers.dropout import Dropout
from keras_w2v2.layers.initializers import transformer_normal
from keras_w2v2.layers.noise import fold_in, uniform
from keras_w2v2.layers.recompute import recomputed
from keras_w2v2.layers.weight_values import weights_as


@keras.saving.register_keras_serializable(package="keras_w2v2")
class TransformerBlock(keras.layers.Layer):
    """Self-attention and a feed-forward pair, each with a residual and a LayerNorm.

    Args:
        num_heads: int.
        intermediate_dim: int, width between the two dense layers.
        norm_first: bool. False: normalise after each sum (BASE). True: before each part (LARGE).
        dropout: float, before each sum.
        attention_dropout: float, on the attention weights.
        activation_dropout: float, after the GELU.
        layer_drop: float, share of training batches in which the whole block is skipped.
        recompute: bool, keep no activation of the block for the backward pass but its input, and
            compute them once more there: less memory, a third more work. Changes no value.

    Call arguments:
        x: float [batch, frames, width].
        attention_bias: float [batch, 1, 1, frames], 0 at valid frames, very negative elsewhere.
    """

    def __init__(
        self,
        num_heads,
        intermediate_dim,
        norm_first=False,
        dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        layer_drop=0.0,
        recompute=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim
        self.norm_first = norm_first
        self.layer_drop = layer_drop
        self.recompute = recompute
        dtype = self.dtype_policy
        self.attention = SelfAttention(num_heads, attention_dropout, dtype=dtype, name="attention")
        self.attention_norm = _layer_norm("attention_norm", dtype)
        self.output_norm = _layer_norm("output_norm", dtype)
        self.inner = Dense(
            intermediate_dim, kernel_initializer=transformer_normal(), dtype=dtype, name="inner"
        )
        self.dropout = Dropout(dropout, dtype=dtype, name="dropout")
        self.activation_dropout = Dropout(
            activation_dropout, dtype=dtype, name="activation_dropout"
        )
        self.random = keras.random.SeedGenerator()

    def build(self, input_shape):
        width = input_shape[-1]
        self.outer = Dense(
            width,
            kernel_initializer=transformer_normal(),
            dtype=self.dtype_policy,
            name="outer",
        )
        self.attention.build(input_shape)
        self.attention_norm.build(input_shape)
        self.inner.build(input_shape)
        self.outer.build((*input_shape[:-1], self.intermediate_dim))
        self.output_norm.build(input_shape)
        self.built = True

    def call(self, x, attention_bias, training=False):
        if not training:
            return self._block(x, attention_bias)
        # One seed for all that the block draws: computed again, it must draw the same.
        seed = self.random.next()
        if not self.layer_drop:
            return self._trained(x, attention_bias, seed)
        # Drawn in the graph: a draw by Python would freeze when the step is traced.
        keep = uniform((), fold_in(seed, 1)) >= self.layer_drop
        if None in x.shape:  # XLA could not hand what the branch keeps to the backward pass
            return ops.where(keep, self._trained(x, attention_bias, seed), x)
        # Read within the branch, each weight would be kept for the backward pass as a copy.
        values = [ops.copy(weight) for weight in self.weights]

        def kept():
            with weights_as(self, values):
                return self._trained(x, attention_bias, seed)

        # A dropped block costs nothing, forward or backward.
        return ops.cond(keep, kept, lambda: x)

    def _trained(self, x, attention_bias, seed):
        if self.recompute:
            return recomputed(self, self._block, x, attention_bias, seed)
        return self._block(x, attention_bias, seed)

    def _block(self, x, attention_bias, seed=None):
        if self.norm_first:
            x = x + self._attend(self.attention_norm(x), attention_bias, seed)
            return x + self._feed_forward(self.output_norm(x), seed)
        x = self.attention_norm(x + self._attend(x, attention_bias, seed))
        return self.output_norm(x + self._feed_forward(x, seed))

    def _attend(self, x, attention_bias, seed):
        options = self._drop(seed, 2)
        return self.dropout(self.attention(x, attention_bias, **options), **self._drop(seed, 3))

    def _feed_forward(self, x, seed):
        x = self.activation_dropout(gelu(self.inner(x)), **self._drop(seed, 4))
        return self.dropout(self.outer(x), **self._drop(seed, 5))

    def _drop(self, seed, number):
        """Call arguments of the dropout that is the block's draw of this number."""
        if seed is None:
            return {"training": False}
        return {"training": True, "noise_seed": fold_in(seed, number)}

    def compute_output_shape(self, input_shape, attention_bias_shape=None):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "intermediate_dim": self.intermediate_dim,
            "norm_first": self.norm_first,
            "dropout": self.dropout.rate,
            "attention_dropout": self.attention.dropout.rate,
            "activation_dropout": self.activation_dropout.rate,
            "layer_drop": self.layer_drop,
            "recompute": self.recompute,
        }


def _layer_norm(name, dtype):
    return keras.layers.LayerNormalization(epsilon=1e-5, dtype=dtype, name=name)
