"""Scales gradients and leaves values alone."""

from keras import ops


def scale_gradient(x, scale):
    """Returns `x` unchanged; its gradient is multiplied by `scale` (0 stops it).

    Args:
        x: float tensor.
        scale: float, fairseq's `feature_grad_mult`.
    """
    if scale == 1.0:
        return x
    fixed = ops.stop_gradient(x)
    return fixed if scale == 0.0 else fixed + scale * (x - fixed)
