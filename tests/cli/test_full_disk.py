"""A disk that is full: a real one of a few hundred kilobytes, where one may be mounted."""

import subprocess

import pytest

from tests.cli.conftest import settings


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 300 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def told_and_clean(line, folder, left=()):
    assert "no space left" in line.lower() or "disk is full" in line.lower()
    assert sorted(path.name for path in folder.iterdir()) == sorted(left)


def test_prepare(keras_w2v2, recordings, small_disk):
    line = keras_w2v2("prepare", recordings, "--out", small_disk / "shards").error
    told_and_clean(line, small_disk)


def test_export(keras_w2v2, recogniser, small_disk):
    (small_disk / "mine").write_bytes(bytes(250_000))
    line = keras_w2v2("export", "savedmodel", recogniser, "--out", small_disk / "served").error
    told_and_clean(line, small_disk, ["mine"])


def test_convert(keras_w2v2, recogniser, small_disk):
    (small_disk / "mine").write_bytes(bytes(290_000))
    for name in ("there", "there.keras"):
        line = keras_w2v2("convert", recogniser, "--out", small_disk / name).error
        told_and_clean(line, small_disk, ["mine"])


def test_pretrain_carries_on_once_there_is_room(keras_w2v2, shards, tiny_pretraining, small_disk):
    (small_disk / "mine").write_bytes(bytes(200_000))
    more = settings("optimizer.updates=8")
    command = ["pretrain", "--data", shards, "--out", small_disk / "run", *tiny_pretraining, *more]
    assert "no space left" in keras_w2v2(*command).error
    assert not list((small_disk / "run").rglob("*.partial*"))
    (small_disk / "mine").unlink()
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    assert keras_w2v2(*command).code == 0
    assert (small_disk / "run" / "model.keras").is_file()
