"""Shards that cannot be trained on: one line, exit code 2, before any training starts."""

import json
import shutil

import pytest

from tests.cli.conftest import settings


@pytest.fixture
def copied(shards, tmp_path):
    """A copy of the shards, to spoil."""
    return shutil.copytree(shards, tmp_path / "shards")


@pytest.fixture
def refused(keras_w2v2, tmp_path, tiny_pretraining, tiny_finetuning):
    """Function (verb, shards, *settings): the line, after nothing was written."""

    def run(verb, shards, *changes):
        tiny = {"pretrain": tiny_pretraining, "finetune": tiny_finetuning}[verb]
        out = tmp_path / "run"
        line = keras_w2v2(verb, "--data", shards, "--out", out, *tiny, *settings(*changes)).error
        assert not out.exists()
        return line

    return run


@pytest.mark.parametrize("verb", ["pretrain", "finetune"])
def test_a_missing_shard_is_named(verb, copied, refused):
    shard = next(copied.glob("*.tfrecord"))
    shard.unlink()
    line = refused(verb, copied)
    assert shard.name in line and "missing" in line


@pytest.mark.parametrize("verb", ["pretrain", "finetune"])
def test_shards_of_another_rate_are_refused(verb, copied, refused):
    index = copied / "index.json"
    content = json.loads(index.read_text()) | {"sample_rate": 8000}
    index.write_text(json.dumps(content))
    line = refused(verb, copied)
    assert "8000 Hz" in line and "16000" in line


@pytest.mark.parametrize(
    ("verb", "change", "says"),
    [
        ("pretrain", "model.num_heads=3", "hidden_dim (16) must be a multiple of num_heads (3)"),
        ("pretrain", "model.position_groups=5", "must be a multiple of position_groups (5)"),
        ("pretrain", "model.code_dim=9", "code_dim (9) must be a multiple of num_codebooks (2)"),
        ("pretrain", "model.conv_kernels=[10,3,3]", "must have the same length"),
        ("pretrain", "model.mask_span=40", "no room for a masked span of 40 frames"),
        ("pretrain", "model.conv_strides=[16,800]", "no room for a masked span"),
        ("finetune", "model.conv_kernels=[20,2000]", "a frame of this model sees"),
    ],
)
def test_an_impossible_shape_is_refused(verb, change, says, shards, refused):
    assert says in refused(verb, shards, change)


def test_a_vocabulary_that_lacks_characters_is_refused(shards, refused, tmp_path):
    (tmp_path / "vocab.json").write_text(json.dumps({"<pad>": 0, "|": 1, "O": 2, "N": 3, "E": 4}))
    line = refused("finetune", shards, f"vocabulary={tmp_path / 'vocab.json'}")
    assert "clip '" in line and "'T'" in line
