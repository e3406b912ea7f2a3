"""Random numbers that belong to a clip, not to its place in a replica's batch."""

import keras
from keras import ops


class StatelessSeed(keras.random.SeedGenerator):
    """Hands a seed tensor to `keras.random`, which takes integers and generators only.

    Args:
        seed: integer tensor [2].
    """

    def __init__(self, seed):
        # Without the parent's constructor: it would make a variable inside a traced loop.
        self.seed = seed

    def next(self, ordered=True):
        return self.seed


def row_uniform(shape, seed, rows):
    """Returns uniform numbers in [0, 1), drawn for each row from its own seed.

    Row `r` of the global batch gets the same numbers however the batch is split over
    replicas, so that two devices compute the losses of one.

    Args:
        shape: tuple of int or scalar tensors, shape of one row's numbers.
        seed: integer tensor [2], as `SeedGenerator.next()` returns.
        rows: int32 tensor [batch], index of each row in the global batch.

    Returns:
        float32 tensor [batch, *shape].
    """

    def draw(row):
        row_seed = StatelessSeed(ops.stack([seed[0] + row, seed[1]]))
        return keras.random.uniform(shape, dtype="float32", seed=row_seed)

    return ops.map(draw, ops.cast(rows, seed.dtype))


def fold_in(seed, number):
    """Returns a seed for one purpose, so that two draws never share numbers.

    Args:
        seed: integer tensor [2].
        number: int, another one for each purpose.
    """
    return ops.stack([seed[0] + number * 1_000_003, seed[1]])
