"""Temperature sampling by language: the formula, and what is really drawn."""

import numpy as np
import pytest

from keras_w2v2.data import mixing, pipeline, plans, shards
from keras_w2v2.errors import UserError

LIMITS = {"batch_seconds": 2.0, "max_seconds": 0.5, "min_seconds": 0.2}


def test_shares_follow_the_formula_of_xls_r():
    hours = {"de": 64.0, "en": 100.0, "sw": 1.0}
    mixture = mixing.plan(list(hours), list(hours.values()), alpha=0.5)
    expected = np.sqrt([64, 100, 1]) / (8 + 10 + 1)
    assert mixture.languages == ("de", "en", "sw")
    assert mixture.shares == pytest.approx(expected)


@pytest.mark.parametrize("alpha, shares", [(1.0, (0.9, 0.1)), (0.0, (0.5, 0.5))])
def test_the_ends_of_alpha_are_the_corpus_and_equality(alpha, shares):
    mixture = mixing.plan(["a"] * 9 + ["b"], [100] * 10, alpha)
    assert mixture.shares == pytest.approx(shares)


def test_shares_are_of_audio_and_not_of_clips():
    """One language in long clips, one in short: clips are drawn such that the audio is shared."""
    languages, samples = ["long"] * 10 + ["short"] * 100, [1000] * 10 + [100] * 100
    mixture = mixing.plan(languages, samples, alpha=0.5)
    assert mixture.shares == pytest.approx((0.5, 0.5))
    assert mixture.probabilities == pytest.approx((1 / 11, 10 / 11))


@pytest.mark.parametrize("alpha", [-0.1, 1.5])
def test_an_alpha_outside_its_limits_is_refused(alpha):
    with pytest.raises(UserError, match="between 0 .* and 1"):
        mixing.plan(["a"], [1], alpha)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory, write_shards):
    """A folder of 60 clips and one of 6, English and Swahili, of equal lengths."""
    folder = tmp_path_factory.mktemp("corpora")
    large = write_shards(folder / "large", [8000] * 60)
    small = write_shards(folder / "small", [8000] * 6, seed=5, language="sw")
    return [large, small]


def batches(folders, count, **more):
    arguments = LIMITS | {"seed": 2, "language_alpha": 0.5} | more
    dataset = pipeline.pretraining_batches(folders, **arguments)
    return list(dataset.take(count).as_numpy_iterator())


def languages_drawn(folders, **more):
    """The share of Swahili in many batches, told by the clips' samples."""
    swahili = {clip.waveform[1:].tobytes() for clip in pipeline.clips(folders[1:])}
    drawn = [row for batch in batches(folders, 300, **more) for row in batch["waveform"]]
    return len(drawn), np.mean([row[1:].tobytes() in swahili for row in drawn])


def test_languages_are_drawn_as_often_as_the_formula_says(corpora):
    plan = plans.pretraining(shards.load_all(corpora), **LIMITS, language_alpha=0.5)
    share = np.sqrt(6) / (np.sqrt(60) + np.sqrt(6))
    assert plan.mixture.shares == pytest.approx((1 - share, share))
    assert "en 76.0 %, sw 24.0 %" in str(plan)
    drawn, observed = languages_drawn(corpora)
    assert observed == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / drawn))


def test_without_alpha_every_clip_comes_once_an_epoch(corpora):
    _, observed = languages_drawn(corpora, language_alpha=None)
    assert observed == pytest.approx(6 / 66, abs=0.01)


def test_one_folder_of_both_languages_is_mixed_alike(tmp_path, write_shards):
    folder = write_shards(
        tmp_path / "both", [8000] * 44, language=lambda i: "en" if i % 11 else "sw"
    )
    rare = {c.waveform[1:].tobytes() for c in pipeline.clips(folder) if c.language == "sw"}
    drawn = [row for batch in batches(folder, 200) for row in batch["waveform"]]
    share = 1 / (1 + np.sqrt(10))
    observed = np.mean([row[1:].tobytes() in rare for row in drawn])
    assert observed == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(drawn)))


def test_a_mixed_stream_carries_on_exactly(corpora):
    arguments = LIMITS | {"seed": 2, "language_alpha": 0.5}
    resumed = pipeline.pretraining_batches(corpora, **arguments).skip(31).take(4)
    for old, new in zip(batches(corpora, 35)[31:], resumed.as_numpy_iterator(), strict=True):
        assert np.array_equal(old["waveform"], new["waveform"])


def test_one_pass_ignores_the_mixture(corpora):
    dataset = pipeline.pretraining_batches(
        corpora, **LIMITS, seed=2, language_alpha=0.5, repeat=False
    )
    assert sum(len(batch["length"]) for batch in dataset.as_numpy_iterator()) == 66
