"""Several readers, each with shards of its own."""

import numpy as np
import pytest
import tensorflow as tf

from keras_w2v2.data import pipeline, shards
from keras_w2v2.data.parts import Part
from keras_w2v2.errors import UserError
from keras_w2v2.text import Vocabulary

PRETRAINING = {"batch_seconds": 2.0, "max_seconds": 0.5, "min_seconds": 0.5, "seed": 3}
CTC = {"batch_seconds": 2.0, "max_seconds": 0.5, "seed": 3}


@pytest.fixture(scope="module")
def corpora(tmp_path_factory, write_shards):
    """A folder of five shards and one of three, 40 clips of half a second each."""
    folder = tmp_path_factory.mktemp("corpora")
    one = write_shards(folder / "one", [8000] * 40, files=5)
    return [one, write_shards(folder / "two", [8000] * 40, files=3, seed=1, language="de")]


def batches(folders, part, count, make=pipeline.pretraining_batches, **arguments):
    dataset = make(folders, part=part, **(PRETRAINING | arguments))
    return list(dataset.take(count).as_numpy_iterator())


def heard(folders, part, count=60):
    """The clips that a reader trains on, by their samples."""
    return {row.tobytes() for batch in batches(folders, part, count) for row in batch["waveform"]}


def test_readers_share_out_all_clips_and_have_none_in_common(corpora):
    parts = [heard(corpora, Part(number, 3)) for number in range(3)]
    assert set.union(*parts) == heard(corpora, None)
    assert len(set.union(*parts)) == sum(map(len, parts)) == 80


def test_a_reader_opens_no_shard_of_another(corpora):
    indexes = shards.load_all(corpora)
    opened = [[i.files for i in Part(number, 2).of(indexes)] for number in range(2)]
    flat = [sum(files, []) for files in opened]
    assert sorted(flat[0] + flat[1]) == sorted(sum((index.files for index in indexes), []))
    assert [len(files) for files in flat] == [4, 4]


def test_the_table_of_a_part_is_that_of_its_shards(corpora):
    (index,) = shards.load_all(corpora[:1])
    (part,) = Part(1, 2).of([index])
    read = [clip.id for clip in pipeline.clips(corpora[0])]
    assert [clip.id for clip in part.table()] == read[8:16] + read[24:32]
    assert part.clips == 16 and index.clips == 40


def test_the_parts_of_a_batch_make_the_whole(corpora):
    whole = {batch["waveform"].shape for batch in batches(corpora, None, 10)}
    parts = [{b["waveform"].shape for b in batches(corpora, Part(n, 2), 10)} for n in range(2)]
    assert whole == {(4, 8000)} and parts == [{(2, 8000)}] * 2


def test_a_part_of_transcribed_clips_is_read_with_its_own_labels(corpora):
    vocabulary = Vocabulary.librispeech()
    whole = {clip.waveform.tobytes(): clip.transcript for clip in pipeline.clips(corpora[0])}
    for number in range(2):
        dataset = pipeline.ctc_batches(corpora[0], vocabulary, part=Part(number, 2), **CTC)
        for inputs, targets in dataset.take(6).as_numpy_iterator():
            for row, labels in zip(inputs["waveform"], targets["labels"], strict=True):
                expected = vocabulary.encode(whole[row.tobytes()])
                assert labels[: len(expected)].tolist() == list(expected)


def test_a_part_carries_on_where_it_stopped(corpora):
    dataset = pipeline.pretraining_batches(corpora, part=Part(1, 2), **PRETRAINING)
    late = list(dataset.skip(7).take(3).as_numpy_iterator())
    for one, other in zip(late, batches(corpora, Part(1, 2), 10)[7:], strict=True):
        tf.nest.map_structure(np.testing.assert_array_equal, one, other)


def refusal(folders, count, **arguments):
    with pytest.raises(UserError) as error:
        pipeline.pretraining_batches(folders, part=Part(0, count), **(PRETRAINING | arguments))
    return str(error.value)


def test_fewer_shards_than_readers_are_refused(corpora):
    said = refusal(corpora, 9)
    assert said.startswith("data.own_shards: 9 workers share 8 shards: prepare smaller shards")


def test_a_reader_without_a_clip_long_enough_is_told_to_all(tmp_path, write_shards):
    folder = write_shards(tmp_path / "shards", [8000] * 4 + [2000] * 4, files=2)
    said = refusal(folder, 2)
    assert said.startswith("data.own_shards: worker 1 of 2: pre-training: no clip in")


def test_a_reader_without_one_of_the_languages_is_told_to_all(corpora):
    assert refusal(corpora, 8, language_alpha=0.5).startswith(
        "data.own_shards: the shards of worker 0 of 8 hold no clip of the languages de: "
    )
