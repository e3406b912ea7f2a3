"""Diversity and perplexity (correctness note 11)."""

import numpy as np
import pytest

from keras_w2v2.objectives.diversity import diversity_loss, perplexity

UNIFORM = np.full((2, 320), 1 / 320, "float32")
COLLAPSED = np.eye(320, dtype="float32")[[5, 7]]


def test_perplexity_lies_between_the_number_of_codebooks_and_of_all_entries():
    assert float(perplexity(COLLAPSED)) == pytest.approx(2, rel=1e-5)
    assert float(perplexity(UNIFORM)) == pytest.approx(2 * 320, rel=1e-4)
    some = np.random.default_rng(0).dirichlet(np.ones(320), 2).astype("float32")
    assert 2 < float(perplexity(some)) < 640


def test_perplexity_counts_entries_used_alike():
    four = np.zeros((1, 320), "float32")
    four[0, :4] = 0.25
    assert float(perplexity(four)) == pytest.approx(4, rel=1e-5)


def test_the_loss_is_the_share_of_entries_that_the_perplexity_lacks():
    # (G V - sum exp H) / (G V)
    assert float(diversity_loss(UNIFORM)) == pytest.approx(0, abs=1e-4)
    assert float(diversity_loss(COLLAPSED)) == pytest.approx(638 / 640, rel=1e-5)
    p = np.random.default_rng(0).dirichlet(np.ones(10), 2)
    entropies = -(p * np.log(p)).sum(axis=1)
    wanted = (20 - np.exp(entropies).sum()) / 20
    assert float(diversity_loss(p.astype("float32"))) == pytest.approx(wanted, abs=1e-5)
