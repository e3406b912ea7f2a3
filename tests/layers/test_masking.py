"""Masks of valid positions."""

import numpy as np

from keras_w2v2.layers.masking import sequence_mask


def test_a_row_is_valid_up_to_its_length():
    found = np.asarray(sequence_mask(np.array([0, 2, 4, 9]), 4))
    wanted = [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]
    np.testing.assert_array_equal(found, np.array(wanted, bool))


def test_a_negative_length_is_empty():
    assert not np.asarray(sequence_mask(np.array([-3]), 5)).any()
