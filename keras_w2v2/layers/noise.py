"""Uniform noise from a counter, fast under XLA and independent of the split over replicas.

`keras.random.uniform` compiled by XLA takes 150 times longer on a CPU than the same call
outside it (275 ms against 2 ms for 627,000 numbers): with dropout, more than the network. Here
number i is a hash of i and the seed, a dozen integer operations that XLA fuses (1.3 ms). The
mixer is the two-round 32-bit multiply-xorshift found by search for low bias by
https://github.com/skeeto/hash-prospector (0x21f0aaad, 0x735a2d97, shifts 16, 15, 15).
"""

import contextlib
import math
import threading

import keras
import numpy as np
from keras import ops

# Arrays of their own dtype: of a Python number each use would make a constant and its cast.
_MULTIPLIERS = np.array([0x21F0AAAD, 0x735A2D97], "uint32")
_SHIFTS = np.array([16, 15, 15], "uint32")
_LOWEST = np.uint32(8)  # bits that a float32 has no room for
# 2^32 over the golden ratio, keeps neighbouring seeds apart
_APART = np.array([0, 0x9E3779B9], "uint32")


def uniform(shape, seed, rows=None):
    """Returns uniform numbers in [0, 1), each a multiple of 2^-24.

    Args:
        shape: sequence of int or scalar tensors, of the result; with `rows` of one row.
        seed: integer tensor [2], as `SeedGenerator.next()` returns it.
        rows: int tensor [batch], index of each row in the batch of all replicas. Row r gets
            the same numbers however the batch is split, so that two devices compute the
            losses of one.

    Returns:
        float32 tensor of `shape`, or [batch, *shape] with `rows`.
    """
    low, high = ops.unstack(_mix(ops.add(_unsigned(seed), _APART)), 2)
    lines = math.prod(shape[:-1])
    width = shape[-1] if len(shape) else 1
    index = _counter(lines, width, low)
    if rows is not None:
        first = _unsigned(rows) * _unsigned(lines * width)
        index = _wrap(ops.reshape(first, [-1, 1, 1]) + index)
        shape = (ops.shape(rows)[0], *shape)
    bits = _mix(_mix(ops.bitwise_xor(index, low)) + high)
    bits = ops.cast(ops.right_shift(bits, _LOWEST), "float32")
    return ops.reshape(bits * 2.0**-24, shape)


@contextlib.contextmanager
def of_rows(rows):
    """Within it, this thread computes certain rows of a larger batch: see `per_row`.

    Not an argument of every layer's call: between the step of a model, which knows the rows, and
    its dropouts lie four layers that have no use for them. TensorFlow traces each replica in a
    thread of its own.

    Args:
        rows: int tensor [batch], index of each row in the batch of all parts and replicas.
    """
    before, _own.rows = getattr(_own, "rows", None), rows
    try:
        yield
    finally:
        _own.rows = before


_own = threading.local()


def per_row(shape, seed):
    """Returns `uniform(shape, seed)`, or of that of a larger batch the rows computed here.

    Args:
        shape: sequence of int or scalar tensors, the first the number of rows.
        seed: integer tensor [2].
    """
    rows = getattr(_own, "rows", None)
    return uniform(shape, seed) if rows is None else uniform(shape[1:], seed, rows)


def fold_in(seed, number):
    """Returns a seed for one purpose, so that two draws never share numbers.

    Mixed, not added: folding 1 and then 2 must not give the seed of folding 3.

    Args:
        seed: integer tensor [2].
        number: int, another one for each purpose.
    """
    first, second = ops.unstack(seed, 2)
    mixed = _mix(ops.add(_unsigned(first), np.uint32(number * 1_000_003)))
    return ops.stack([ops.cast(mixed, seed.dtype), second])


def _counter(lines, width, offset):
    """Returns uint32 [lines, width], the numbers from 0 on.

    They are put together from two short ones, with an offset that is added and taken away: what
    is known before the graph runs TensorFlow computes once and holds, 4 bytes a number for each
    dropout of the model (0.2 GB for BASE and 10 s).
    """
    firsts = _wrap(_unsigned(ops.arange(lines, dtype="int32")) * _unsigned(width)) + offset
    steps = _unsigned(ops.arange(width, dtype="int32")) - offset
    return _wrap(_wrap(ops.expand_dims(firsts, 1)) + _wrap(ops.expand_dims(steps, 0)))


def _unsigned(x):
    return ops.cast(x, "uint32")


def _mix(x):
    """Spreads each bit of a uint32 tensor over all 32."""
    x = _wrap(x)
    for shift, multiplier in zip(_SHIFTS[:2], _MULTIPLIERS, strict=True):
        x = _wrap(ops.multiply(ops.bitwise_xor(x, ops.right_shift(x, shift)), multiplier))
    return ops.bitwise_xor(x, ops.right_shift(x, _SHIFTS[2]))


def _wrap(x):
    """Drops what overflows 32 bits where Keras has no uint32: with torch it is int64."""
    if keras.backend.standardize_dtype(x.dtype) == "uint32":
        return x
    return ops.bitwise_and(x, 0xFFFFFFFF)
