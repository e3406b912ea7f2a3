"""Clips to try an exported model on: the user's, or made-up sounds with the shape of speech."""

from itertools import islice
from pathlib import Path

import numpy as np

from keras_w2v2.frames import SAMPLE_RATE

MOST_CLIPS = 20
_MADE_UP_SECONDS = (0.7, 1.9, 3.1)
_FORMANTS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480))  # a i u e


def sample_clips(places=None, max_seconds=None):
    """Reads clips, or makes some up.

    Args:
        places: list of paths of audio files or folders of shards; at most 20 clips are taken.
            None or an empty list makes some up.
        max_seconds: float, longer clips are cut; None for no limit.

    Returns:
        list of float32 [samples], 16 kHz in [-1, 1].

    Raises:
        UserError: a place is neither audio nor shards.

    Example:
        >>> [len(clip) / 16000 for clip in sample_clips()]
        [0.7, 1.9, 3.1]
    """
    clips = [clip for place in places or () for clip in _read(Path(place))][:MOST_CLIPS]
    if not places:
        clips = [speechlike(seconds, seed) for seed, seconds in enumerate(_MADE_UP_SECONDS)]
    limit = None if max_seconds is None else round(max_seconds * SAMPLE_RATE)
    return [clip[:limit] for clip in clips]


def judged_clips(places):
    """Reads all clips that an exported model is judged on.

    Args:
        places: list of paths of audio files or folders of shards.

    Returns:
        list of keras_w2v2.export.gate.Clip; those of shards with their transcripts.

    Raises:
        UserError: a place is neither audio nor shards.
    """
    from keras_w2v2.data import audio, pipeline
    from keras_w2v2.export.gate import Clip

    clips = []
    for place in map(Path, places):
        if place.is_dir():
            clips += [Clip(c.waveform, c.transcript or None) for c in pipeline.clips(place)]
        else:
            clips.append(Clip(audio.read(place)))
    return clips


def speechlike(seconds, seed=0):
    """Returns a buzz that glides through vowels in syllables (float32 [samples]).

    White noise would drive a recogniser to one and the same answer everywhere; this makes it
    change its mind several times a second, as speech does.

    Args:
        seconds: float.
        seed: int.
    """
    choices = np.random.default_rng(seed)
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = choices.uniform(90, 220) * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * times))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    syllables = (times * 4).astype(int)  # four a second
    vowels = choices.integers(0, len(_FORMANTS), syllables.max(initial=0) + 1)[syllables]
    wave = np.zeros_like(times)
    for number in range(3):
        formant = np.array([f[number] for f in _FORMANTS])[vowels]
        for harmonic in range(1, 30):
            distance = (harmonic * pitch - formant) / (80 + 60 * number)
            wave += np.sin(harmonic * phase) / (1 + distance**2) / (1 + number)
    wave *= np.abs(np.sin(np.pi * times * 4)) ** 0.5
    wave += 0.02 * choices.normal(size=len(times))
    return (0.3 * wave / np.abs(wave).max(initial=1e-9)).astype(np.float32)


def _read(place):
    from keras_w2v2.data import audio, pipeline

    if place.is_dir():
        return [clip.waveform for clip in islice(pipeline.clips(place), MOST_CLIPS)]
    return [audio.read(place)]
