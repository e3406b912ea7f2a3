"""The labelled part of a corpus: as long as asked for, balanced, nested, the same every time."""

from collections import Counter

import pytest

from benchmarks import label_subsets
from keras_w2v2.data import manifests
from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE

WORDS = ("one", "two", "three", "four", "five")
SPEAKERS = ("ann", "bob", "cem", "dee")


@pytest.fixture
def digits():
    """Four speakers say each of five words thirty times: ten minutes, a second each."""
    return [
        manifests.Entry(f"/audio/{who}/{word}{i}.flac", f"{who}/{word}{i}", word, who, "", 16000)
        for who in SPEAKERS
        for word in WORDS
        for i in range(30)
    ]


def test_a_subset_lasts_as_long_as_asked_for(digits):
    chosen = label_subsets.choose(digits, minutes=1.25)
    assert sum(entry.num_samples for entry in chosen) == 75 * SAMPLE_RATE


@pytest.mark.parametrize("clips", [7, 20, 41, 75])
def test_speakers_words_and_their_pairs_differ_by_one_clip_at_most(digits, clips):
    chosen = label_subsets.choose(digits, minutes=clips / 60)
    speakers = Counter(entry.speaker for entry in chosen)
    words = Counter(entry.transcript for entry in chosen)
    pairs = Counter((entry.speaker, entry.transcript) for entry in chosen)
    for counts, kinds in (
        (speakers, len(SPEAKERS)),
        (words, len(WORDS)),
        (pairs, len(SPEAKERS) * len(WORDS)),
    ):
        least = min(counts.values()) if len(counts) == kinds else 0
        assert max(counts.values()) - least <= 1


def test_a_smaller_subset_begins_a_larger_one(digits):
    small = label_subsets.choose(digits, minutes=1, seed=3)
    assert label_subsets.choose(digits, minutes=3, seed=3)[: len(small)] == small


def test_the_order_of_the_manifest_changes_nothing(digits):
    assert label_subsets.choose(digits[::-1], 2) == label_subsets.choose(digits, 2)


def test_another_seed_draws_other_clips(digits):
    drawn = [set(label_subsets.choose(digits, 1, seed)) for seed in (0, 1)]
    assert len(drawn[0] & drawn[1]) < len(drawn[0]) / 2


def test_all_labels_leave_out_clips_without_transcript(digits):
    silent = manifests.Entry("/audio/x.flac", "x", "", "ann", "", 16000)
    assert set(label_subsets.choose([*digits, silent])) == set(digits)


def test_too_few_labels_are_named(digits):
    with pytest.raises(UserError, match=r"11 min wanted, but the labelled clips last 10\.00 min"):
        label_subsets.choose(digits, minutes=11)


def test_a_clip_of_unknown_length_is_named():
    with pytest.raises(UserError, match="clip 'x' has no num_samples"):
        label_subsets.choose([manifests.Entry("/audio/x.flac", "x", "one")], minutes=1)


def test_a_written_subset_is_read_as_it_was(digits, tmp_path):
    chosen = label_subsets.choose(digits, minutes=0.5)
    label_subsets.write(chosen, tmp_path / "new" / "labels.tsv")
    read = manifests.read(tmp_path / "new" / "labels.tsv").entries
    kept = [(e.path, e.transcript, e.speaker, e.num_samples) for e in chosen]
    assert [(e.path, e.transcript, e.speaker, e.num_samples) for e in read] == kept
