"""A command line to type on, and small things to type it about."""

from dataclasses import dataclass

import numpy as np
import pytest

WORDS = {"one": 300.0, "two": 700.0, "three": 1500.0}  # a tone each, Hz


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def error(self):
        """The one line of a user's mistake; anything but progress beside it fails the test."""
        assert self.code == 2, f"exit code {self.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.err, self.err
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert [line.startswith("error: ") for line in lines].count(True) == 1, self.err
        # On a slow machine a line of progress comes first: "pre-training  1/8 updates".
        assert all("/" in line.split("  ")[1] for line in lines[:-1]), self.err
        return lines[-1].removeprefix("error: ")


@pytest.fixture
def keras_w2v2(capsys):
    """Runs a command in this process: `keras_w2v2("prepare", folder, "--out", out)`."""
    from keras_w2v2.cli import main

    def run(*arguments):
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return run


def tone(path, text, seconds=0.5, rate=16_000, seed=0):
    """Writes a WAV file with a tone for each word."""
    import soundfile

    times = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(seed)
    waves = [0.3 * np.sin(2 * np.pi * WORDS[word] * times) for word in text.split()]
    waveform = np.concatenate(waves)
    soundfile.write(path, waveform + noise.normal(0, 0.02, len(waveform)), rate)
    return path


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    """A folder of 16 WAV files of half a second to a second, with manifest.tsv."""
    folder = tmp_path_factory.mktemp("recordings")
    lines = ["path\tspeaker\ttranscript"]
    for number in range(16):
        text = ("one", "two one", "three", "one two")[number % 4]
        name = f"{number:02d}.wav"
        tone(folder / name, text, 0.4 + 0.02 * (number % 5), seed=number)
        lines.append(f"{name}\tspeaker{number % 2}\t{text}")
    (folder / "manifest.tsv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def shards(recordings, tmp_path_factory):
    """The recordings, prepared."""
    from keras_w2v2.training.preparation.prepare import prepare

    out = tmp_path_factory.mktemp("prepared") / "shards"
    prepare(recordings / "manifest.tsv", out)
    return out


TINY = (
    "model.conv_filters=[8,8]",  # frames of 320 samples, of few operations to trace
    "model.conv_kernels=[20,20]",
    "model.conv_strides=[16,20]",
    "model.hidden_dim=16",
    "model.num_layers=1",
    "model.num_heads=2",
    "model.intermediate_dim=32",
    "model.position_kernel=4",
    "model.position_groups=2",
    "jit_compile=false",
)


def settings(*values):
    """`--set` before every value."""
    return [part for value in values for part in ("--set", value)]


@pytest.fixture(scope="session")
def tiny_pretraining():
    """Arguments of a pre-training run of four updates."""
    return settings(
        "model.preset=wav2vec2_tiny",
        *TINY,
        "model.codebook_size=8",
        "model.code_dim=8",
        "model.projection_dim=8",
        "model.num_distractors=5",
        "data.batch_seconds=2.0",
        "data.max_seconds=0.5",
        "data.min_seconds=0.3",
        "optimizer.updates=4",
        "optimizer.warmup_updates=1",
        "log_every=2",
        "checkpoint_every=2",
    )


@pytest.fixture(scope="session")
def tiny_finetuning():
    """Arguments of a fine-tuning run of four updates, from random weights."""
    return settings(
        "model.preset=wav2vec2_tiny",
        *TINY,
        "data.batch_seconds=4.0",
        "data.max_seconds=2.0",
        "optimizer.updates=4",
        "log_every=2",
        "checkpoint_every=2",
    )


@pytest.fixture(scope="session")
def recogniser(tmp_path_factory):
    """A .keras file of a recogniser with random weights that reads a-z in capitals."""
    from keras_w2v2 import Vocabulary, Wav2Vec2ForCTC

    model = Wav2Vec2ForCTC.from_preset(
        "wav2vec2_tiny",
        vocabulary=Vocabulary.librispeech(),
        conv_filters=(8, 8),
        conv_kernels=(20, 20),
        conv_strides=(16, 20),
        hidden_dim=16,
        num_layers=1,
        num_heads=2,
        intermediate_dim=32,
        position_kernel=4,
        position_groups=2,
    )
    # Random heads answer blank throughout; this one is loud enough to write something.
    head = np.random.default_rng(0).normal(0, 2, (16, 32)), np.zeros(32)
    model.head.set_weights(head)
    path = tmp_path_factory.mktemp("model") / "tiny.keras"
    model.save(path)
    return path
