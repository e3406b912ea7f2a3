"""A strided convolution whose gradient is written as matrix products."""

from keras import ops

from keras_w2v2.layers.backward_pass import not_before, own_gradient


def strided_convolution(x, kernel, stride):
    """Returns the unpadded convolution of `x`, with a gradient that wastes no multiplication.

    The values are those of `keras.ops.conv`. Its own gradient on a CPU puts zeros between the
    strides and multiplies them, and transposes the input on one thread: the feature encoder of
    BASE takes 1.11 s forward and backward compiled by XLA, and 0.83 s with this one. Here the
    input is seen as rows of `stride` frames; the taps that fall into one row are one matrix
    product.

    Args:
        x: float [batch, frames, channels].
        kernel: float [kernel_size, channels, filters], of the dtype of `x`.
        stride: int, in frames.

    Returns:
        Float [batch, (frames - kernel_size) // stride + 1, filters].
    """

    @own_gradient
    def convolve(x, kernel):
        def gradient(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            return _gradient(x, kernel, upstream, stride)

        return ops.conv(x, kernel, strides=stride, padding="valid"), gradient

    return convolve(x, kernel)


def _gradient(x, kernel, upstream, stride):
    """Returns the gradients of `x` and of `kernel`."""
    kernel_size, channels, filters = kernel.shape
    batch, frames, _ = ops.shape(x)
    outputs = ops.shape(upstream)[1]
    upstream = ops.reshape(upstream, [batch * outputs, filters])
    rows_of_kernel = -(-kernel_size // stride)
    x_gradient, kernel_gradient = 0.0, []
    for row in range(rows_of_kernel):
        first = row * stride
        taps = kernel[first : first + stride]
        width = taps.shape[0] * channels
        part = ops.matmul(upstream, ops.transpose(ops.reshape(taps, [width, filters])))
        # It waits for the product, which lies in memory anyway. Did it wait for `upstream`, XLA
        # would need one number of that by itself, and split the loop that makes it.
        seen = _seen(not_before(part, x), first, taps.shape[0], outputs, stride)
        taps_gradient = ops.matmul(ops.transpose(seen), upstream)
        kernel_gradient.append(ops.reshape(taps_gradient, taps.shape))
        part = ops.reshape(part, [batch, outputs, width])
        after = rows_of_kernel - 1 - row
        x_gradient += ops.pad(part, [[0, 0], [row, after], [0, stride * channels - width]])
    x_gradient = ops.reshape(x_gradient, [batch, -1, channels])
    # The last frames may lie beyond every window, or the last row beyond the frames.
    x_gradient = ops.pad(x_gradient, [[0, 0], [0, stride], [0, 0]])[:, :frames]
    return x_gradient, ops.concatenate(kernel_gradient)


def _seen(x, first, taps, outputs, stride):
    """Returns the frames under so many taps from the one numbered `first`, window by window.

    Float [batch * outputs, taps * channels].
    """
    batch, _, channels = ops.shape(x)
    if taps == stride:
        x = x[:, first : first + outputs * stride]
    else:
        reach = (outputs - 1) * stride + 1
        by_tap = [x[:, first + tap : first + tap + reach : stride] for tap in range(taps)]
        x = ops.concatenate(by_tap, axis=-1)
    return ops.reshape(x, [batch * outputs, taps * channels])
