"""Opening shards."""

import json

import pytest

from keras_w2v2.data import shards
from keras_w2v2.errors import UserError


@pytest.fixture
def folder(tmp_path, write_shards):
    return write_shards(tmp_path / "shards", [1000, 9000, 20_000, 1600])


def test_the_index_tells_what_is_in_the_shards(folder):
    index = shards.ShardIndex.load(folder)
    assert index.clips == len(index) == 4
    assert index.hours == pytest.approx(31_600 / 16_000 / 3600, abs=1e-6)
    assert len(index.files) == 2
    assert index.transcripts() == ["ONE", "TWO", "THREE FOUR"]
    assert [clip.num_samples for clip in index.table()] == [1000, 9000, 20_000, 1600]
    assert index.content["speakers"] == {"speaker0": 2, "speaker1": 2}
    assert index.content["languages"] == {"en": 4}
    assert index.content["counts"]["labelled"] == 3
    assert index.content["length_histogram"] == {"bin_samples": 8000, "clips": [2, 1, 1]}
    index.verify()


def test_a_cut_shard_is_named_on_opening(folder):
    path = folder / "shard-00001-of-00002.tfrecord"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(UserError, match="shard-00001-of-00002.tfrecord' is damaged"):
        shards.ShardIndex.load(folder)


def test_a_missing_shard_is_named_on_opening(folder):
    (folder / "shard-00000-of-00002.tfrecord").unlink()
    with pytest.raises(UserError, match="shard-00000-of-00002.tfrecord.*missing"):
        shards.ShardIndex.load(folder)


def test_a_changed_byte_is_found_on_demand(folder):
    path = folder / "shard-00001-of-00002.tfrecord"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    index = shards.ShardIndex.load(folder)
    with pytest.raises(UserError, match="shard-00001-of-00002.tfrecord.*checksum"):
        index.verify()


@pytest.mark.parametrize(
    "change, complaint",
    [
        ({"sample_rate": 8000}, "8000 Hz"),
        ({"format_version": 99}, "format version 99"),
        ({"shards": None}, "damaged"),
        ({"counts": {}}, "damaged"),
        ({"table": None}, "damaged"),
        ({"table": {}}, "damaged"),
    ],
)
def test_an_index_of_another_kind_is_refused(folder, change, complaint):
    path = folder / "index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(UserError, match=complaint):
        shards.ShardIndex.load(folder)


def test_what_is_no_folder_of_shards_is_refused(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        shards.ShardIndex.load(tmp_path / "none")
    with pytest.raises(UserError, match="holds no index.json"):
        shards.ShardIndex.load(tmp_path)
    (tmp_path / "index.json").write_text("{")
    with pytest.raises(UserError, match="damaged"):
        shards.ShardIndex.load(tmp_path)
    with pytest.raises(UserError, match="index.json' is a file: give the folder"):
        shards.ShardIndex.load(tmp_path / "index.json")
    with pytest.raises(UserError, match="no shards given"):
        shards.load_all([])
