"""The input pipeline: shapes, coverage, determinism."""

import logging

import numpy as np
import pytest
import tensorflow as tf

from keras_w2v2.data import pipeline, plans, shards
from keras_w2v2.errors import UserError
from keras_w2v2.text import TextNormalizer, Vocabulary

PRETRAINING = {"batch_seconds": 2.0, "max_seconds": 0.8, "min_seconds": 0.2, "seed": 3}
CTC = {"batch_seconds": 2.0, "max_seconds": 1.0, "seed": 3}
ENGLISH = Vocabulary.librispeech()


def arrays(dataset):
    return list(dataset.as_numpy_iterator())


def same(left, right):
    left, right = tf.nest.flatten(left), tf.nest.flatten(right)
    return len(left) == len(right) and all(map(np.array_equal, left, right))


def numbers(waveforms):
    """The clips' numbers, which uncropped waveforms hold in their first sample."""
    return np.rint(waveforms[:, 0] * 32768).astype(int).tolist()


def test_pretraining_batches_have_few_full_shapes(noise_shards):
    dataset = pipeline.pretraining_batches(noise_shards, num_buckets=3, **PRETRAINING).take(40)
    shapes = {batch["waveform"].shape for batch in arrays(dataset)}
    assert len(shapes) <= 3
    for batch, samples in shapes:
        assert batch * samples <= 2.0 * 16_000
        assert 0.2 * 16_000 <= samples <= 0.8 * 16_000


def test_pretraining_batches_have_no_padding(noise_shards):
    for batch in arrays(pipeline.pretraining_batches(noise_shards, **PRETRAINING).take(10)):
        assert batch["waveform"].dtype == np.float32 and batch["length"].dtype == np.int32
        assert (batch["length"] == batch["waveform"].shape[1]).all()
        assert np.abs(batch["waveform"]).max() < 1
        assert (batch["waveform"][:, -1] != 0).mean() > 0.9


def test_crops_are_windows_of_the_clips_at_changing_places(noise_shards):
    whole = {clip.id: clip.waveform for clip in pipeline.clips(noise_shards)}
    offsets = set()
    dataset = pipeline.pretraining_batches(noise_shards, **PRETRAINING).take(12)
    for crop in (row for batch in arrays(dataset) for row in batch["waveform"]):
        places = [
            int(start)
            for waveform in whole.values()
            for start in np.flatnonzero(waveform == crop[0])
            if np.array_equal(waveform[start : start + len(crop)], crop)
        ]
        assert len(places) == 1
        offsets.update(places)
    assert len(offsets) > 20


@pytest.mark.parametrize("shuffle", [True, False])
def test_pretraining_without_repeat_covers_each_long_enough_clip_once(
    tmp_path, shuffle, write_shards
):
    lengths = [16_000] * 5 + [8_000] * 4 + [1_000]
    folder = write_shards(tmp_path / "shards", lengths)
    arguments = PRETRAINING | {"max_seconds": 1.0}
    dataset = pipeline.pretraining_batches(folder, shuffle=shuffle, repeat=False, **arguments)
    batches = arrays(dataset)
    found = [number for batch in batches for number in numbers(batch["waveform"])]
    assert sorted(found) == list(range(9))
    assert dataset.cardinality() == len(batches)


def test_ctc_batches_cover_each_labelled_clip_once(noise_shards, noise_lengths):
    dataset = pipeline.ctc_batches(noise_shards, ENGLISH, shuffle=False, repeat=False, **CTC)
    table = shards.ShardIndex.load(noise_shards).table()
    found = []
    for inputs, targets in arrays(dataset):
        for i, number in enumerate(numbers(inputs["waveform"])):
            found.append(number)
            assert inputs["length"][i] == noise_lengths[number]
            assert not inputs["waveform"][i, inputs["length"][i] :].any()
            labels = targets["labels"][i, : targets["label_length"][i]]
            assert ENGLISH.decode_ids(labels) == table[number].transcript
            assert not targets["labels"][i, targets["label_length"][i] :].any()
    assert sorted(found) == [i for i, clip in enumerate(table) if clip.transcript]
    assert dataset.cardinality() == len(arrays(dataset))


def test_endless_ctc_batches_have_few_full_shapes(noise_shards):
    dataset = pipeline.ctc_batches(noise_shards, ENGLISH, num_buckets=2, **CTC).take(60)
    shapes = {(x["waveform"].shape, y["labels"].shape) for x, y in arrays(dataset)}
    assert len(shapes) <= 2
    for (batch, samples), _ in shapes:
        assert batch * samples <= 2.0 * 16_000


def make_pretraining(folder, **more):
    return pipeline.pretraining_batches(folder, **PRETRAINING | more)


def make_ctc(folder, **more):
    return pipeline.ctc_batches(folder, ENGLISH, **CTC | more)


@pytest.mark.parametrize("make", [make_pretraining, make_ctc])
def test_a_seed_gives_the_same_batches_every_time(noise_shards, make):
    dataset = make(noise_shards).take(25)
    first = arrays(dataset)
    assert same(first, arrays(dataset))
    assert same(first, arrays(make(noise_shards).take(25)))
    assert not same(first, arrays(make(noise_shards, seed=4).take(25)))


@pytest.mark.parametrize("make", [make_pretraining, make_ctc])
def test_skipping_resumes_exactly_even_in_a_later_epoch(noise_shards, make):
    assert same(
        arrays(make(noise_shards).take(30))[22:], arrays(make(noise_shards).skip(22).take(8))
    )


def test_epochs_differ_in_order(noise_shards):
    dataset = make_ctc(noise_shards, num_buckets=1).take(40)
    order = [n for inputs, _ in arrays(dataset) for n in numbers(inputs["waveform"])]
    clips = len(set(order))
    first, second = order[:clips], order[clips : 2 * clips]
    assert sorted(first) == sorted(second) and first != second


def test_one_bucket_has_static_shapes(noise_shards, noise_lengths):
    shortest = min(length for length in noise_lengths if length >= 3200)
    batch = 32_000 // shortest
    spec = make_pretraining(noise_shards, num_buckets=1).element_spec
    assert spec["waveform"].shape == (batch, shortest) and spec["length"].shape == (batch,)
    inputs, targets = make_ctc(noise_shards, num_buckets=1).element_spec
    assert inputs["waveform"].shape.is_fully_defined()
    assert targets["labels"].shape.is_fully_defined()


def test_batch_sizes_are_multiples_for_replicas(noise_shards):
    for batch in arrays(make_pretraining(noise_shards, batch_multiple=4).take(10)):
        assert len(batch["waveform"]) % 4 == 0


def test_several_folders_are_one_corpus(noise_shards, tmp_path, write_shards):
    other = write_shards(tmp_path / "more", [5000] * 6, seed=9)
    assert len(list(pipeline.clips([noise_shards, other]))) == 46
    dataset = make_ctc([noise_shards, other], repeat=False)
    labelled = 32 + 5
    assert sum(len(inputs["length"]) for inputs, _ in arrays(dataset)) == labelled


def test_clips_come_back_as_they_were_written(noise_shards, noise_lengths):
    clips = list(pipeline.clips(noise_shards))
    assert [len(clip.waveform) for clip in clips] == noise_lengths
    assert clips[2].id == "clip2" and clips[2].transcript == "THREE FOUR"
    assert clips[1].speaker == "speaker1" and clips[1].language == "en"
    assert clips[0].waveform.dtype == np.float32 and clips[0].seconds == noise_lengths[0] / 16_000


def test_left_out_clips_are_counted_and_told(noise_shards, caplog):
    with caplog.at_level(logging.WARNING):
        make_ctc(noise_shards, max_seconds=0.9)
    lines = [record.getMessage() for record in caplog.records]
    assert any("longer than 0.9 s" in line for line in lines)
    assert any("of 40 clips are left out: without transcript" in line for line in lines)


def test_characters_outside_the_vocabulary_stop_before_training(tmp_path, write_shards):
    folder = write_shards(tmp_path / "shards", [4000, 4000], transcripts=("ONE", "zwölf"))
    with pytest.raises(UserError, match="clip 'clip1'.*'zwölf'.*'z'"):
        make_ctc(folder)
    normalizer = TextNormalizer(case="upper", drop="Ö")
    dataset = make_ctc(folder, normalizer=normalizer, repeat=False)
    assert sum(y["label_length"].sum() for _, y in arrays(dataset)) == 3 + 4


def test_a_corpus_that_gives_no_batch_is_refused(noise_shards, tmp_path, write_shards):
    with pytest.raises(UserError, match="min_seconds 2 .*lower min_seconds"):
        make_pretraining(noise_shards, min_seconds=2, max_seconds=3)
    with pytest.raises(UserError, match="min_seconds 0.7 is above max_seconds 0.5"):
        make_pretraining(noise_shards, min_seconds=0.7, max_seconds=0.5)
    unlabelled = write_shards(tmp_path / "unlabelled", [4000], files=1, transcripts=("",))
    with pytest.raises(UserError, match="transcript"):
        make_ctc(unlabelled)


def test_the_plan_tells_what_an_epoch_is(noise_shards, noise_lengths):
    indexes = shards.load_all(noise_shards)
    arguments = {key: value for key, value in PRETRAINING.items() if key != "seed"}
    plan = plans.pretraining(indexes, **arguments)
    assert plan.clips == sum(length >= 3200 for length in noise_lengths)
    assert plan.samples == np.dot(plan.boundaries, plan.bucket_clips)
    assert plan.clips + sum(plan.left_out.values()) == 40
    assert "batches of" in str(plan)


def test_a_global_seed_of_keras_changes_no_batch(noise_shards):
    import keras

    before = arrays(pipeline.pretraining_batches(noise_shards, **PRETRAINING).take(5))
    keras.utils.set_random_seed(0)
    try:
        after = arrays(pipeline.pretraining_batches(noise_shards, **PRETRAINING).take(5))
    finally:
        tf.random.set_seed(None)
    assert same(before, after)
