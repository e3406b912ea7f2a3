"""The demo's speech corpus: espeak-ng voices reading commands, as WAV files with TSV manifests.

    FOLDER/audio/VOICE/0001.wav     22 050 Hz, 16 bit, mono
    FOLDER/pretrain.tsv             without transcripts
    FOLDER/train.tsv                the labelled share
    FOLDER/test.tsv                 voices and sentences that occur in neither of the others

The manifests have the columns path, speaker, language, transcript; paths are relative to FOLDER.
"""

import random
import shutil
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.training.demo.espeak import SAMPLE_RATE, Synthesizer
from keras_w2v2.training.demo.sentences import sentences, spelled_for

# Variants with breath noise (f2, f3, f5, whisper) are left out: espeak-ng draws it from memory
# that nobody set, so they differ from run to run.
TRAIN_VOICES = (
    "en-us",
    "en-us+f4",
    "en-us+m5",
    "en-us+aunty",
    "en-us+quincy",
    "en-us-nyc+david",
    "en-us-nyc+f1",
    "en-029+m3",
    "en-029+Andrea",
    "en-gb-scotland",
    "en-gb-scotland+linda",
    "en-gb-scotland+m8",
    "en-gb-x-rp+travis",
    "en-gb-x-rp+f4",
    "en-gb-x-rp+Annie",
    "en-gb-x-gbclan+m4",
    "en-gb-x-gbclan+anika",
    "de+m3",
    "de+f1",
    "es+m1",
    "es+grandma",
    "it+paul",
    "it+linda",
    "fr+edward",
    "fr+f1",
)
TEST_VOICES = ("en", "en+belinda", "en-gb-x-gbcwmd+m7", "en-us+steph", "nl+m2")

_WORDS_PER_MINUTE = (125, 190)
_PITCH = (35, 65)
# Digital silence does not occur in recordings, and identical frames make each other's distractors.
_NOISE = 15.0


@dataclass(frozen=True)
class Corpus:
    """Where the corpus lies and how much it holds."""

    folder: Path
    clips: dict  # split name -> number of clips
    seconds: dict  # split name -> seconds of speech

    def manifest(self, split):
        return self.folder / f"{split}.tsv"


def make(folder, *, pretrain=1500, train=1200, test=100, num_sentences=400, seed=0, progress=None):
    """Speaks the corpus and writes it, as a whole or not at all.

    Args:
        folder: path that does not exist yet.
        pretrain, train, test: numbers of clips; pretrain counts the unlabelled ones.
        num_sentences: how many different sentences there are; one in six is kept for the test.
        seed: int; the same seed gives the same files.
        progress: called with (clips done, clips in all).

    Returns:
        Corpus.

    Raises:
        UserError: the folder exists, or espeakng-loader is missing.

    Example:
        >>> make("runs/demo/corpus", pretrain=50, train=50, test=10)
    """
    folder = Path(folder)
    if folder.exists():
        raise UserError(f"{folder} exists already: remove it or name another folder")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    spoken = sentences(num_sentences, seed)
    heard, unheard = spoken[num_sentences // 6 :], spoken[: num_sentences // 6]
    plan = {
        "pretrain": (pretrain, TRAIN_VOICES, heard),
        "train": (train, TRAIN_VOICES, heard),
        "test": (test, TEST_VOICES, unheard),
    }
    total = sum(count for count, _, _ in plan.values())
    clips, seconds = {}, {}
    try:
        writer = _Writer(partial, seed, total, progress)
        for split, (count, voices, texts) in plan.items():
            clips[split] = count
            seconds[split] = writer.write_split(split, count, voices, texts)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return Corpus(folder, clips, seconds)


class _Writer:
    """Speaks and writes clip after clip; voices take turns, so every split hears all of its own."""

    def __init__(self, folder, seed, total, progress):
        self.folder = folder
        self.total = total
        self.done = 0
        self.progress = progress
        self.choices = random.Random(seed)
        self.noise = np.random.default_rng(seed)
        self.synthesizer = Synthesizer()

    def write_split(self, split, count, voices, texts):
        rows = ["path\tspeaker\tlanguage\ttranscript"]
        seconds = 0.0
        for number in range(count):
            voice = voices[number % len(voices)]
            text = self.choices.choice(texts)
            path = f"audio/{voice}/{self.done:05d}.wav"
            seconds += self._write_clip(self.folder / path, voice, text)
            rows.append(f"{path}\t{voice}\ten\t{'' if split == 'pretrain' else text}")
        (self.folder / f"{split}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        return seconds

    def _write_clip(self, path, voice, text):
        language = voice.partition("+")[0]
        samples = self.synthesizer.say(
            spelled_for(text, language),
            voice,
            words_per_minute=self.choices.randint(*_WORDS_PER_MINUTE),
            pitch=self.choices.randint(*_PITCH),
        )
        noisy = samples + self.noise.normal(0.0, _NOISE, len(samples))
        samples = np.clip(np.rint(noisy), -32768, 32767).astype("<i2")
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(samples.tobytes())
        self.done += 1
        if self.progress:
            self.progress(self.done, self.total)
        return len(samples) / SAMPLE_RATE
