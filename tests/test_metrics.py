"""Error rates inside the graph."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_w2v2.metrics import edit_distance, greedy_symbols, to_front, words

WIDTH = 8
symbols = st.lists(st.integers(0, 3), max_size=WIDTH)
batches = st.lists(st.tuples(symbols, symbols), min_size=1, max_size=5)


def _levenshtein(one, other):
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def _spell(row, delimiter):
    """The words of a row, each a tuple of its symbols."""
    groups = itertools.groupby(row, lambda symbol: symbol == delimiter)
    return [tuple(word) for is_delimiter, word in groups if not is_delimiter]


def _padded(rows, width=WIDTH):
    return np.array([list(row) + [-1] * (width - len(row)) for row in rows], "int32")


_rows = tf.TensorSpec([None, WIDTH], "int32")
traced_distance = tf.function(edit_distance, input_signature=[_rows, _rows])


@settings(max_examples=40)
@given(batch=batches)
def test_the_edit_distance_is_levenshteins(batch):
    hypotheses, references = zip(*batch, strict=True)
    found = traced_distance(_padded(hypotheses), _padded(references))
    assert list(found) == [_levenshtein(h, r) for h, r in batch]


@pytest.mark.parametrize("widths", [(3, 11), (11, 3), (1, 1), (0, 3), (3, 0)])
def test_the_two_sides_may_have_different_widths(widths):
    generator = np.random.default_rng(0)
    rows = [[generator.integers(0, 3, generator.integers(0, w + 1)) for w in widths] for _ in "abc"]
    hypotheses, references = zip(*rows, strict=True)
    found = edit_distance(_padded(hypotheses, widths[0]), _padded(references, widths[1]))
    assert list(found) == [_levenshtein(list(h), list(r)) for h, r in rows]


def test_the_edit_distance_is_exact_for_long_sequences():
    generator = np.random.default_rng(0)
    one, other = generator.integers(0, 4, 150), generator.integers(0, 4, 180)
    found = edit_distance(one[None].astype("int32"), other[None].astype("int32"))
    assert int(found[0]) == _levenshtein(list(one), list(other))


@settings(max_examples=40)
@given(batch=st.lists(st.tuples(symbols, symbols), min_size=1, max_size=4))
def test_equal_words_get_equal_numbers_and_others_do_not(batch):
    delimiter = 0
    hypotheses, references = zip(*batch, strict=True)
    both = np.asarray(words(_padded(hypotheses + references), delimiter))
    spelled = [
        [
            tuple(g)
            for is_space, g in itertools.groupby(row, lambda s: s == delimiter)
            if not is_space
        ]
        for row in hypotheses + references
    ]
    numbers = [[n for n in row if n != -1] for row in both]
    assert [len(row) for row in numbers] == [len(row) for row in spelled]
    for row, count in zip(both, map(len, spelled), strict=True):
        assert (row[:count] >= 0).all() and (row[count:] == -1).all()
    pairs = dict(zip(itertools.chain(*spelled), itertools.chain(*numbers), strict=True))
    assert [[pairs[word] for word in row] for row in spelled] == numbers
    assert len(set(pairs.values())) == len(pairs)


def test_the_distance_of_words_is_the_word_error_count():
    # "ab c ab" against "ab d": one substituted, one inserted. The delimiter is 0.
    hypothesis, reference = _padded([[1, 2, 0, 3, 0, 1, 2]]), _padded([[1, 2, 0, 4]])
    assert int(edit_distance(words(hypothesis, 0), words(reference, 0))[0]) == 2


def test_spaces_at_the_ends_and_doubled_make_no_words():
    found = np.asarray(words(_padded([[0, 1, 0, 0, 2, 0]]), 0))
    assert (found != -1).sum() == 2


@pytest.mark.parametrize("blank", [0, 2])
def test_the_best_path_loses_repeats_and_blanks(blank):
    best = np.random.default_rng(0).integers(0, 3, (20, 9))
    length = np.arange(20) % 10
    found = np.asarray(greedy_symbols(np.eye(3, dtype="float32")[best], length, blank))
    for row, path, frames in zip(found, best, length, strict=True):
        wanted = [s for s, _ in itertools.groupby(path[:frames]) if s != blank]
        assert list(row) == wanted + [-1] * (9 - len(wanted))


def test_kept_values_move_to_the_front_in_order():
    values = np.array([[5, 6, 7, 8]], "int32")
    kept = np.array([[False, True, False, True]])
    np.testing.assert_array_equal(to_front(values, kept), [[6, 8, -1, -1]])


def test_compiled_rates_are_the_same():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(4, 12, 4)).astype("float32")
    reference = _padded([generator.integers(1, 4, n) for n in (2, 5, 8, 1)])

    def distances(logits, reference):
        hypothesis = greedy_symbols(logits, tf.constant([12, 9, 4, 0]), 0)
        by_word = edit_distance(words(hypothesis, 1), words(reference, 1))
        return edit_distance(hypothesis, reference), by_word

    compiled = tf.function(distances, jit_compile=True)(logits, reference)
    np.testing.assert_array_equal(compiled, distances(logits, reference))
