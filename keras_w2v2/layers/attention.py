"""Multi-head self-attention over valid frames."""

import math

import keras
from keras import ops

from keras_w2v2.layers.dense import Dense
from keras_w2v2.layers.dot_product_attention import dot_product_attention
from keras_w2v2.layers.dropout import Dropout
from keras_w2v2.layers.initializers import transformer_normal


@keras.saving.register_keras_serializable(package="keras_w2v2")
class SelfAttention(keras.layers.Layer):
    """Multi-head self-attention; the softmax runs in float32.

    Args:
        num_heads: int, divides the width.
        dropout: float, on the attention weights.

    Call arguments:
        x: float [batch, frames, width].
        attention_bias: float [batch, 1, 1, frames], 0 at valid frames, very negative elsewhere.
        noise_seed: int tensor [2] for the dropout, or None for its own generator.
    """

    def __init__(self, num_heads, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dropout = Dropout(dropout, dtype=self.dtype_policy, name="dropout")

    def build(self, input_shape):
        self.width = input_shape[-1]
        for name in ("query", "key", "value", "output_projection"):
            dense = Dense(
                self.width,
                kernel_initializer=transformer_normal(),
                dtype=self.dtype_policy,
                name=name,
            )
            dense.build(input_shape)
            setattr(self, name, dense)
        self.built = True

    def call(self, x, attention_bias, training=False, noise_seed=None):
        scale = 1.0 / math.sqrt(self.width // self.num_heads)
        # Their shape is that of x: tf2onnx loses the one of a reshaped result.
        by_head = [*ops.shape(x)[:2], self.num_heads, self.width // self.num_heads]
        query = _heads(self.query(x) * scale, by_head)
        key, value = _heads(self.key(x), by_head), _heads(self.value(x), by_head)
        kept = None
        if training and self.dropout.rate:
            batch, heads, frames, _ = ops.shape(query)
            kept = self.dropout.kept([batch, heads, frames, frames], noise_seed)
        rate = self.dropout.rate
        context = dot_product_attention(query, key, value, attention_bias, rate, kept)
        context = ops.reshape(ops.transpose(context, [0, 2, 1, 3]), ops.shape(x))
        return self.output_projection(context)

    def compute_output_shape(self, input_shape, attention_bias_shape=None, noise_seed_shape=None):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "dropout": self.dropout.rate,
        }


def _heads(x, by_head):
    """Returns [batch, heads, frames, width of a head] of frames [batch, frames, width]."""
    return ops.transpose(ops.reshape(x, by_head), [0, 2, 1, 3])
