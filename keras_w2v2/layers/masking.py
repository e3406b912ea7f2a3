"""Masks of valid positions."""

from keras import ops

_ROW = 1024  # positions counted in one go where there are many


def sequence_mask(length, size):
    """Returns bool [batch, size]: True at positions before each row's length.

    Args:
        length: int tensor [batch].
        size: int or scalar int tensor, width of the mask.
    """
    length = ops.expand_dims(ops.cast(length, "int32"), 1)
    positions = ops.expand_dims(ops.arange(size, dtype="int32"), 0)
    return positions < length


def long_sequence_mask(length, size):
    """Returns what `sequence_mask` does, without the numbers up to `size` as a constant.

    In an exported file they would be one: 192 kB for the 47,999 windows of 15 s, as much as a
    tiny model's graph.

    Args:
        length: int tensor [batch].
        size: int or scalar int tensor, width of the mask.
    """
    rows = -(-size // _ROW)
    begins = ops.arange(rows, dtype="int32") * _ROW
    left = ops.expand_dims(ops.cast(length, "int32"), 1) - begins  # of the length at each row
    mask = ops.arange(_ROW, dtype="int32") < ops.expand_dims(left, -1)
    return ops.reshape(mask, [-1, rows * _ROW])[:, :size]
