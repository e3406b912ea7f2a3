"""Transformer block, post-LN (BASE) or pre-LN (LARGE), with layer drop."""

import keras
from keras import ops

from keras_w2v2.layers.activation import gelu
from keras_w2v2.layers.attention import SelfAttention
from keras_w2v2.layers.dropout import Dropout
from keras_w2v2.layers.initializers import transformer_normal
from keras_w2v2.layers.noise import uniform


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
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim
        self.norm_first = norm_first
        self.layer_drop = layer_drop
        dtype = self.dtype_policy
        self.attention = SelfAttention(num_heads, attention_dropout, dtype=dtype, name="attention")
        self.attention_norm = _layer_norm("attention_norm", dtype)
        self.output_norm = _layer_norm("output_norm", dtype)
        self.inner = keras.layers.Dense(
            intermediate_dim, kernel_initializer=transformer_normal(), dtype=dtype, name="inner"
        )
        self.dropout = Dropout(dropout, dtype=dtype, name="dropout")
        self.activation_dropout = Dropout(
            activation_dropout, dtype=dtype, name="activation_dropout"
        )
        self.random = keras.random.SeedGenerator()

    def build(self, input_shape):
        width = input_shape[-1]
        self.outer = keras.layers.Dense(
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
        if not training or not self.layer_drop:
            return self._block(x, attention_bias, training)
        # Drawn in the graph: a draw by Python would freeze when the step is traced.
        keep = uniform((), self.random.next()) >= self.layer_drop
        if keras.backend.backend() == "jax":  # its branches cannot update the dropouts' seeds
            return ops.where(keep, self._block(x, attention_bias, training), x)
        # A dropped block costs nothing, forward or backward.
        return ops.cond(keep, lambda: self._block(x, attention_bias, training), lambda: x)

    def _block(self, x, attention_bias, training):
        if self.norm_first:
            x = x + self._attend(self.attention_norm(x), attention_bias, training)
            return x + self._feed_forward(self.output_norm(x), training)
        x = self.attention_norm(x + self._attend(x, attention_bias, training))
        return self.output_norm(x + self._feed_forward(x, training))

    def _attend(self, x, attention_bias, training):
        return self.dropout(self.attention(x, attention_bias, training=training), training=training)

    def _feed_forward(self, x, training):
        x = self.activation_dropout(gelu(self.inner(x)), training=training)
        return self.dropout(self.outer(x), training=training)

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
        }


def _layer_norm(name, dtype):
    return keras.layers.LayerNormalization(epsilon=1e-5, dtype=dtype, name=name)
