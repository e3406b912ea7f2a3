"""Softmax attention whose backward pass reads and keeps less."""

from keras import ops

from keras_w2v2.layers.backward_pass import own_gradient
from keras_w2v2.layers.dropout import dropped


def dot_product_attention(query, key, value, bias, rate=0.0, kept=None):
    """Returns the values weighted by the softmax of query times key, head by head.

    The gradient is written by hand (as in FlashAttention, Dao et al. 2022, appendix B.2, but the
    weights are kept): what the softmax subtracts in each row is the product of the result and its
    gradient, a sum over a head's width in place of one over all frames. Beside its arguments and
    the result it keeps the softmax and the mask of the dropout; differentiated op by op, the
    dropped weights and a transposed copy of the keys are kept too.

    Args:
        query, key, value: float [batch, heads, frames, width], the query scaled.
        bias: float [batch, 1, 1, frames], added to each row of scores; takes no gradient.
        rate: float in [0, 1), the share of weights that `kept` leaves out.
        kept: bool [batch, heads, frames, frames], the weights that it leaves, or None for all.

    Returns:
        Float [batch, heads, frames, width], of the dtype of `value`; the softmax is in float32.
    """
    dtype = value.dtype

    def drop(weights):
        return weights if kept is None else dropped(weights, kept, rate)

    @own_gradient
    def attend(query, key, value):
        scores = ops.cast(ops.matmul(query, _turned(key)), "float32")
        weights = ops.softmax(scores + ops.cast(bias, "float32"))
        context = ops.matmul(ops.cast(drop(weights), dtype), value)

        def gradient(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            to_weights = ops.cast(ops.matmul(upstream, _turned(value)), "float32")
            shared = ops.cast(upstream, "float32") * ops.cast(context, "float32")
            shared = ops.sum(shared, axis=-1, keepdims=True)
            to_scores = ops.cast(weights * (drop(to_weights) - shared), dtype)
            to_value = ops.matmul(_turned(ops.cast(drop(weights), dtype)), upstream)
            return ops.matmul(to_scores, key), ops.matmul(_turned(to_scores), query), to_value

        return context, gradient

    return attend(query, key, value)


def _turned(matrices):
    """Returns [..., columns, rows]."""
    return ops.transpose(matrices, [0, 1, 3, 2])
