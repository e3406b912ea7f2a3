"""What the backward pass computes, it computes when it gets there."""

from keras import ops


def not_before(upstream, x):
    """Returns `x` as it is, as a value that needs the gradient `upstream`.

    XLA computes whatever needs activations alone in the forward pass, where they are at hand, and
    keeps it to the end: beside each activation its derivative, or a copy in another shape.

    Args:
        upstream: float tensor, the gradient that comes back.
        x: float tensor of any shape, what the forward pass kept.
    """
    return x + 0.0 * ops.reshape(upstream, [-1])[0]
