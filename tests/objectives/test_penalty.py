"""The feature penalty (correctness note 12)."""

import numpy as np
import pytest

from keras_w2v2.objectives.penalty import feature_energy


def test_the_penalty_is_the_mean_square_over_valid_frames_alone():
    features = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    mask = np.arange(5) < np.array([[5], [2]])
    features[1, 2:] = 1e3
    energy, count = feature_energy(features, mask)
    valid = features[mask].astype("float64")
    assert valid.shape == (7, 3) and float(count) == 21
    assert float(energy) / float(count) == pytest.approx((valid**2).mean(), rel=1e-6)
