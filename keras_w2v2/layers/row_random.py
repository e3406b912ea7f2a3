"""Random numbers that belong to a clip, not to its place in a replica's batch."""

import keras
from keras import ops


def row_uniform(shape, seed, rows):
    """Returns uniform numbers in [0, 1), drawn for each row from its own seed.

    Row `r` of the global batch gets the same numbers however the batch is split over
    replicas, so that two devices compute the losses of one.

    Args:
        shape: tuple of int or scalar tensors, shape of one row's numbers.
        seed: int tensor [2], a stateless seed.
        rows: int32 tensor [batch], index of each row in the global batch.

    Returns:
        float32 tensor [batch, *shape].
    """
    seed = ops.cast(seed, "int32")

    def draw(row):
        return keras.random.uniform(shape, seed=ops.stack([seed[0] + row, seed[1]]))

    return ops.map(draw, rows)


def fold_in(seed, number):
    """Returns a stateless seed for one purpose, so that two draws never share numbers.

    Args:
        seed: int tensor [2].
        number: int, another one for each purpose.
    """
    seed = ops.cast(seed, "int32")
    return ops.stack([seed[0] + number * 1_000_003, seed[1]])
