"""The arithmetic of buckets."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_w2v2.data import buckets
from keras_w2v2.errors import UserError

LENGTHS = st.lists(st.integers(400, 400_000), min_size=1, max_size=60)
LIMITS = {"least": 400, "most": 400_000}


@given(LENGTHS, st.booleans(), st.integers(1, 6), st.integers(1, 3), st.integers(1, 10**7))
def test_every_clip_has_its_bucket_within_the_budget(lengths, crop, num, multiple, budget):
    lengths = np.array(lengths)
    boundaries, sizes = buckets.plan(
        lengths, crop=crop, batch_samples=budget, num_buckets=num, multiple=multiple, **LIMITS
    )
    assert len(boundaries) == len(sizes) <= num
    assert (np.diff(boundaries) > 0).all()
    assert ((boundaries >= 400) & (boundaries <= 400_000)).all()
    assert (sizes % multiple == 0).all() and (sizes >= multiple).all()
    assert ((boundaries * sizes <= budget) | (sizes == multiple)).all()
    bucket = buckets.assign(lengths, boundaries, crop)
    assert ((bucket >= 0) & (bucket < len(boundaries))).all()
    width = boundaries[bucket]
    assert (width <= lengths).all() if crop else (width >= lengths).all()


@given(st.lists(st.integers(2, 40), min_size=1, max_size=12), st.booleans(), st.integers(1, 4))
def test_the_waste_is_the_least_possible(hops, crop, num):
    lengths = np.array(hops) * 320
    boundaries, _ = buckets.plan(
        lengths, crop=crop, batch_samples=1, num_buckets=num, least=400, most=40 * 320
    )

    def waste(edges):
        return np.abs(lengths - edges[buckets.assign(lengths, edges, crop)]).sum()

    values = np.unique(lengths)
    outermost = values[0] if crop else values[-1]
    best = min(
        waste(np.array(sorted(chosen)))
        for k in range(1, num + 1)
        for chosen in itertools.combinations(values, min(k, len(values)))
        if outermost in chosen
    )
    assert waste(boundaries) == best


def test_rare_lengths_share_a_bucket_instead_of_waiting_for_a_batch():
    lengths = np.array([16_000] * 100 + [160_000])
    boundaries, sizes = buckets.plan(
        lengths, crop=True, batch_samples=320_000, num_buckets=4, **LIMITS
    )
    assert boundaries.tolist() == [16_000] and sizes.tolist() == [20]


def test_a_corpus_smaller_than_a_batch_is_one_batch():
    lengths = np.array([16_000] * 3)
    _, sizes = buckets.plan(lengths, crop=False, batch_samples=10**7, num_buckets=2, **LIMITS)
    assert sizes.tolist() == [3]


def test_more_buckets_waste_less():
    lengths = np.random.default_rng(0).integers(16_000, 320_000, 3000)

    def padding(num):
        boundaries, _ = buckets.plan(
            lengths, crop=False, batch_samples=10**6, num_buckets=num, **LIMITS
        )
        padded = boundaries[buckets.assign(lengths, boundaries, crop=False)].sum()
        return 1 - lengths.sum() / padded

    assert padding(1) > 0.45 > 0.2 > padding(4) > 0.1 > padding(8)


@pytest.mark.parametrize(
    "change, complaint",
    [
        ({"num_buckets": 0}, "num_buckets 0"),
        ({"least": 32_000, "most": 16_000}, "min_seconds 2 is above max_seconds 1"),
        ({"lengths": []}, "no clips"),
        ({"batch_samples": 0}, "budget of 0 samples"),
    ],
)
def test_impossible_wishes_are_refused(change, complaint):
    wishes = {"lengths": [40_000], "crop": True, "batch_samples": 10**6, "num_buckets": 2}
    with pytest.raises(UserError, match=complaint):
        buckets.plan(**wishes | LIMITS | change)
