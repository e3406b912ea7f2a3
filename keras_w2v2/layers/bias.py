"""Adding a bias to every frame, with a gradient that is a matrix product."""

from keras import ops

from keras_w2v2.layers.backward_pass import own_gradient

ROWS = 8  # of one row XLA makes a loop of its own, as slow as its sum


def add_bias(x, bias):
    """Returns `x + bias`.

    The gradient of the bias sums over all frames of all clips. XLA's own sum down the columns
    reads 1.5 GB/s on a CPU; ones times the matrix is the same at the speed of memory.

    Args:
        x: float [..., width].
        bias: float tensor [width], of the dtype of `x`.
    """

    @own_gradient
    def add(x, bias):
        def gradient(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            rows = ops.reshape(upstream, [-1, upstream.shape[-1]])
            ones = ops.ones((ROWS, ops.shape(rows)[0]), rows.dtype)
            return upstream, ops.matmul(ones, rows)[0]

        return x + bias, gradient

    return add(x, bias)
