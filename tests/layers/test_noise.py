"""Uniform noise from a counter: is it uniform, independent and the same everywhere?

Every draw is fixed by its seed. Limits are four or five standard errors of the statistic, so
that a fair generator passes for nearly every seed.
"""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_w2v2.layers.noise import fold_in, of_rows, per_row, uniform

SIZE = 1 << 18
SEEDS = [(0, 0), (1, 0), (0, 1), (12345, 678), (2**31 - 1, 3)]


def _seed(first, second=0):
    return tf.constant([first, second], "int64")


def _draw(first, second=0, size=SIZE):
    return np.asarray(uniform((size,), _seed(first, second)), "float64")


def _correlation(x, y):
    return float(np.mean((x - 0.5) * (y - 0.5)) * 12)


@pytest.mark.parametrize("seed", SEEDS)
def test_moments_are_those_of_the_uniform_distribution(seed):
    x = _draw(*seed)
    assert x.min() >= 0 and x.max() < 1
    assert abs(x.mean() - 1 / 2) < 4 * math.sqrt(1 / 12 / SIZE)
    # The variance of (u - 1/2)^2 is 1/180.
    assert abs(((x - 0.5) ** 2).mean() - 1 / 12) < 4 * math.sqrt(1 / 180 / SIZE)


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbours_are_uncorrelated(seed):
    x = _draw(*seed)
    for lag in (1, 2, 3, 4, 8, 64, 100, 1024):
        assert abs(_correlation(x[:-lag], x[lag:])) < 4.5 / math.sqrt(SIZE), lag


@pytest.mark.parametrize("lag", [1, 2, 64])
def test_pairs_fill_the_square_evenly(lag):
    x = _draw(3, 4)
    cells = (np.floor(x[:-lag] * 32) * 32 + np.floor(x[lag:] * 32)).astype(int)
    assert stats.chisquare(np.bincount(cells, minlength=1024)).pvalue > 1e-4


def test_numbers_are_multiples_of_two_to_the_minus_24():
    scaled = _draw(5) * 2**24
    np.testing.assert_array_equal(scaled, np.round(scaled))


@pytest.mark.parametrize("other", [(0, 1), (1, 0), (2, 0), (1_000_003, 0), (0, 2**20)])
def test_different_seeds_are_uncorrelated(other):
    assert abs(_correlation(_draw(0, 0), _draw(*other))) < 4.5 / math.sqrt(SIZE)


def test_different_purposes_are_uncorrelated():
    seed = _seed(0)
    draws = [uniform((SIZE,), fold_in(seed, n)) for n in range(1, 6)]
    draws.append(uniform((SIZE,), fold_in(fold_in(seed, 1), 1)))
    draws.append(uniform((SIZE,), fold_in(fold_in(seed, 1), 2)))
    draws = [np.asarray(d, "float64") for d in draws]
    for i, one in enumerate(draws):
        for other in draws[:i]:
            assert abs(_correlation(one, other)) < 4.5 / math.sqrt(SIZE)


@pytest.mark.parametrize("first", [0, 1, 77, 2**31 - 1])
def test_purposes_within_purposes_never_share_a_seed(first):
    def folded(*numbers):
        seed = _seed(first)
        for number in numbers:
            seed = fold_in(seed, number)
        return tuple(seed.numpy())

    paths = [(n,) for n in range(1, 6)] + [(n, m) for n in range(1, 6) for m in (1, 2)]
    assert len({folded(*path) for path in paths}) == len(paths)


def test_rows_are_the_same_however_the_batch_is_split():
    whole = np.asarray(uniform((3, 5), _seed(9), tf.range(6)))
    parts = [uniform((3, 5), _seed(9), rows) for rows in ([0, 1, 2, 3], [4, 5])]
    np.testing.assert_array_equal(whole, np.concatenate(parts))
    shuffled = np.asarray(uniform((3, 5), _seed(9), tf.constant([5, 0])))
    np.testing.assert_array_equal(shuffled, whole[[5, 0]])


def test_rows_are_uncorrelated():
    rows = np.asarray(uniform((SIZE // 8,), _seed(2), tf.range(8)), "float64")
    for i in range(8):
        for j in range(i):
            assert abs(_correlation(rows[i], rows[j])) < 5 / math.sqrt(SIZE // 8)


@pytest.mark.parametrize("rows", [None, [0, 7, 3]])
def test_compiled_and_plain_agree_bit_for_bit(rows):
    rows = None if rows is None else tf.constant(rows)

    def draw(seed):
        return uniform((257,), fold_in(seed, 3), rows)

    for first in (0, 5, 2**31 - 1):
        plain, compiled = draw(_seed(first)), tf.function(draw, jit_compile=True)(_seed(first))
        np.testing.assert_array_equal(plain, compiled)


def test_a_shape_known_only_in_the_graph_gives_the_same_numbers():
    graph = tf.function(
        lambda x: uniform((tf.shape(x)[0], 4), _seed(1)),
        input_signature=[tf.TensorSpec([None], "float32")],
    )
    np.testing.assert_array_equal(graph(np.zeros(6, "float32")), uniform((6, 4), _seed(1)))


def test_nothing_long_is_known_before_the_seed():
    # TensorFlow would compute it once and hold it for as long as the model trains.
    graph = tf.function(lambda seed: uniform((40, 50), seed)).get_concrete_function(_seed(1)).graph
    fixed = set()
    for operation in graph.get_operations():
        if operation.type != "Placeholder" and all(t.ref() in fixed for t in operation.inputs):
            fixed |= {t.ref() for t in operation.outputs}
    assert max(t.deref().shape.num_elements() for t in fixed) <= 50


def test_rows_computed_apart_are_those_of_the_whole_batch():
    whole = per_row((5, 4, 2), _seed(3, 4)).numpy()
    np.testing.assert_array_equal(whole, uniform((5, 4, 2), _seed(3, 4)))
    with of_rows(tf.constant([3, 1, 4])):
        np.testing.assert_array_equal(per_row((3, 4, 2), _seed(3, 4)), whole[[3, 1, 4]])
    np.testing.assert_array_equal(per_row((5, 4, 2), _seed(3, 4)), whole)
