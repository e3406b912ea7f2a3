"""Masks of valid positions."""

import numpy as np
import pytest

from keras_w2v2.layers.masking import long_sequence_mask, sequence_mask


def test_a_row_is_valid_up_to_its_length():
    found = np.asarray(sequence_mask(np.array([0, 2, 4, 9]), 4))
    wanted = [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]
    np.testing.assert_array_equal(found, np.array(wanted, bool))


def test_a_negative_length_is_empty():
    assert not np.asarray(sequence_mask(np.array([-3]), 5)).any()


@pytest.mark.parametrize("size", [1, 1023, 1024, 1025, 5000])
def test_the_mask_of_many_positions_is_the_same(size):
    lengths = np.array([-3, 0, 1, 1024, size - 1, size, size + 7])
    wanted = np.asarray(sequence_mask(lengths, size))
    found = np.asarray(long_sequence_mask(lengths, size))
    np.testing.assert_array_equal(found, wanted)
