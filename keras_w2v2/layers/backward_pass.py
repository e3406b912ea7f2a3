"""Gradients written by hand: what they compute, they compute when the backward pass gets there."""

import contextlib
import threading

from keras import ops

_own = threading.local()


def own_gradient(function):
    """Makes a function of tensors that is differentiated by a gradient of its own.

    Args:
        function: returns its result and a function of the gradient that comes back, as for
            `keras.ops.custom_gradient`.
    """

    def call(*tensors):
        if getattr(_own, "left_out", False):
            return function(*tensors)[0]
        return ops.custom_gradient(function)(*tensors)

    return call


@contextlib.contextmanager
def left_out():
    """Within it, this thread's graphs infer alone, and have no gradient written by hand.

    TensorFlow traces each of them into a SavedModel, a sixth of the time of writing a small one.
    """
    before, _own.left_out = getattr(_own, "left_out", False), True
    try:
        yield
    finally:
        _own.left_out = before


def not_before(upstream, x):
    """Returns `x` as it is, as a value that needs the gradient `upstream`.

    XLA computes whatever needs activations alone in the forward pass, where they are at hand, and
    keeps it to the end: beside each activation its derivative, or a copy in another shape.

    Args:
        upstream: float tensor, the gradient that comes back.
        x: float tensor of any shape, what the forward pass kept.
    """
    return x + 0.0 * ops.reshape(upstream, [-1])[0]
