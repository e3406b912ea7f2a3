"""Small shards of noise."""

import numpy as np
import pytest

from keras_w2v2.data import records, shards

WORDS = ("ONE", "TWO", "THREE FOUR", "", "SEVEN")


def _write_shards(folder, lengths, files=2, transcripts=WORDS, seed=0, language="en"):
    """Writes clips of noise into shards; the first sample of a clip is its number.

    `language` is a str, or a function of the clip's number.
    """
    import tensorflow as tf

    folder.mkdir()
    generator = np.random.default_rng(seed)
    clips, written = [], []
    for number, part in enumerate(np.array_split(np.arange(len(lengths)), files)):
        path = folder / f"shard-{number:05d}-of-{files:05d}.tfrecord"
        with tf.io.TFRecordWriter(str(path)) as writer:
            for i in part:
                pcm = generator.integers(-3000, 3000, lengths[i]).astype("<i2")
                pcm[0] = i
                name = language(i) if callable(language) else language
                text = transcripts[i % len(transcripts)]
                info = shards.ClipInfo(f"clip{i}", len(pcm), f"speaker{i % 2}", name, text)
                writer.write(
                    records.serialize(pcm, info.id, info.transcript, info.speaker, info.language)
                )
                clips.append(info)
        samples = int(sum(lengths[i] for i in part))
        size, checksum = path.stat().st_size, shards.sha256(path)
        written.append(shards.ShardFile(path.name, size, len(part), samples, checksum))
    shards.write_index(folder, written, clips, source={"path": "noise"}, rejected=[])
    return folder


@pytest.fixture(scope="session")
def write_shards():
    return _write_shards


@pytest.fixture(scope="session")
def noise_lengths():
    return np.random.default_rng(1).integers(1600, 16_000, 40).tolist()


@pytest.fixture(scope="session")
def noise_shards(tmp_path_factory, noise_lengths):
    return _write_shards(tmp_path_factory.mktemp("noise") / "shards", noise_lengths, files=3)
