"""Tiny models and shards on which a run takes a second."""

import numpy as np
import pytest

from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs.run_folder import RunFolder
from tests.two_devices import two_devices  # noqa: F401 - a fixture

TRANSCRIPTS = ("one", "two one", "three", "one two", "three three")


@pytest.fixture(scope="session")
def tones(tmp_path_factory):
    """Shards of 24 clips of half a second to a second: a tone a word, two speakers."""
    import tensorflow as tf

    from keras_w2v2.data import records, shards

    folder = tmp_path_factory.mktemp("tones") / "shards"
    folder.mkdir()
    generator = np.random.default_rng(0)
    pitch = {"one": 300.0, "two": 700.0, "three": 1500.0}
    path, clips = folder / "shard-00000-of-00001.tfrecord", []
    with tf.io.TFRecordWriter(str(path)) as writer:
        for i in range(24):
            text = TRANSCRIPTS[i % len(TRANSCRIPTS)]
            length = 8000 + 320 * (i % 5)
            waves = [
                np.sin(2 * np.pi * pitch[word] * np.arange(length) / 16_000)
                for word in text.split()
            ]
            waveform = np.concatenate(waves) + generator.normal(0, 0.1, length * len(waves))
            pcm = (waveform * 8000).astype("<i2")
            info = shards.ClipInfo(f"clip{i}", len(pcm), f"speaker{i % 2}", "en", text)
            writer.write(
                records.serialize(pcm, info.id, info.transcript, info.speaker, info.language)
            )
            clips.append(info)
    samples = sum(clip.num_samples for clip in clips)
    size = path.stat().st_size
    written = [shards.ShardFile(path.name, size, len(clips), samples, shards.sha256(path))]
    shards.write_index(folder, written, clips, source={"path": "tones"}, rejected=[])
    return folder


@pytest.fixture(scope="session")
def tiny():
    """Fields of a backbone that trains in milliseconds."""
    return {
        "preset": "wav2vec2_tiny",
        # Two convolutions make frames of 320 samples too, and have few operations to trace.
        "conv_filters": [8, 8],
        "conv_kernels": [20, 20],
        "conv_strides": [16, 20],
        "hidden_dim": 16,
        "num_layers": 1,
        "num_heads": 2,
        "intermediate_dim": 32,
        "position_kernel": 8,
        "position_groups": 2,
    }


@pytest.fixture(scope="session")
def tiny_pretraining(tiny):
    """A pre-training configuration of six updates."""
    from keras_w2v2.training.configuration.schema import PretrainConfig

    head = {"codebook_size": 8, "code_dim": 8, "projection_dim": 8, "num_distractors": 5}
    return PretrainConfig.load(
        {
            "model": tiny | head | {"dropout": 0.1, "layer_drop": 0.2, "mask_span": 4},
            "data": {"batch_seconds": 2.0, "max_seconds": 0.5, "min_seconds": 0.2},
            "optimizer": {"updates": 6, "peak_rate": 1e-3, "warmup_updates": 2},
            "jit_compile": False,
            "log_every": 2,
            "checkpoint_every": 2,
        }
    )


@pytest.fixture(scope="session")
def tiny_finetuning(tiny):
    """A fine-tuning configuration of six updates, from random weights."""
    from keras_w2v2.training.configuration.schema import FinetuneConfig

    return FinetuneConfig.load(
        {
            "model": tiny | {"mask_prob": 0.2, "mask_channel_span": 4},
            "data": {"batch_seconds": 4.0, "max_seconds": 2.0},
            "optimizer": {"updates": 6, "peak_rate": 1e-3},
            "normalizer": {"case": "upper", "drop": ",."},
            "jit_compile": False,
            "log_every": 2,
            "checkpoint_every": 2,
            "evaluate_every": 4,
        }
    )


@pytest.fixture(scope="session")
def pretrained_run(tiny_pretraining, tones, tmp_path_factory):
    """A finished run of six updates, to look at; a test that changes it takes a copy."""
    from keras_w2v2.training.pretrain import pretrain

    folder = tmp_path_factory.mktemp("pretrained") / "run"
    pretrain(tiny_pretraining, tones, folder, progress=Quiet)
    return RunFolder(folder)


@pytest.fixture(scope="session")
def finetuned_run(tiny_finetuning, tones, tmp_path_factory):
    """A finished run of six updates with a look at the dev shards after four and at the end."""
    from keras_w2v2.training.finetune import finetune

    folder = tmp_path_factory.mktemp("finetuned") / "run"
    finetune(tiny_finetuning, tones, folder, dev=tones, progress=Quiet)
    return RunFolder(folder)
