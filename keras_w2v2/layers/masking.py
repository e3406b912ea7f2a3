"""Masks of valid positions."""

from keras import ops


def sequence_mask(length, size):
    """Returns bool [batch, size]: True at positions before each row's length.

    Args:
        length: int tensor [batch].
        size: int or scalar int tensor, width of the mask.
    """
    positions = ops.expand_dims(ops.arange(size, dtype="int32"), 0)
    return positions < ops.expand_dims(ops.cast(length, "int32"), 1)
