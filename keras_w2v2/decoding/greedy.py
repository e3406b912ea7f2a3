"""Greedy CTC decoding: the best token of each frame, with times and confidences."""

import unicodedata
from dataclasses import dataclass

import numpy as np

from keras_w2v2.errors import UserError


@dataclass(frozen=True)
class Word:
    """A word heard.

    Attributes:
        text: str.
        start, end: float, seconds: from the start of the first frame of its first symbol to the
            end of the last frame of its last symbol.
        confidence: float in (0, 1], the mean over its symbols of their confidence.
    """

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Transcript:
    """What was heard in a clip.

    Attributes:
        text: str.
        confidence: float in [0, 1], the mean over all its symbols (word delimiters not counted)
            of their confidence; 0.0 where nothing was heard.
        words: list of Word.
    """

    text: str
    confidence: float
    words: list


@dataclass(frozen=True)
class Symbol:
    """A token that the frames [start, end) agree on.

    Attributes:
        id: int.
        start, end: int, frames.
        confidence: float, the highest softmax probability of the token among these frames.
    """

    id: int
    start: int
    end: int
    confidence: float


def decode(logits, num_frames, vocabulary, frames):
    """Reads the text from logits: best token a frame, repeats collapsed, blanks dropped.

    A symbol's confidence is the highest softmax probability of its token in the run of frames
    that it was collapsed from (CTC peaks: the rest of the run says little). Special tokens write
    nothing. Words are parted by the word delimiter; a vocabulary without one (Chinese, Japanese)
    gives one Word a character, and a text without spaces.

    Args:
        logits: float array [frames, vocabulary].
        num_frames: int, valid frames; what follows is padding.
        vocabulary: Vocabulary.
        frames: FrameArithmetic of the model, for the times.

    Returns:
        Transcript.

    Raises:
        UserError: logits that do not fit the vocabulary or `num_frames`.

    Example:
        >>> logits = model({"waveform": waveform, "length": length})[0].numpy()
        >>> greedy.decode(logits, len(logits), model.vocabulary, model.backbone.frames).text
        'HELLO WORLD'
    """
    logits = np.asarray(logits)
    num_frames = int(num_frames)
    if logits.ndim != 2 or logits.shape[1] != len(vocabulary):
        raise UserError(
            f"greedy decoding: logits of shape {logits.shape} do not fit a vocabulary of "
            f"{len(vocabulary)} tokens: pass [frames, {len(vocabulary)}] of one clip"
        )
    if not 0 <= num_frames <= len(logits):
        raise UserError(f"greedy decoding: {num_frames} frames asked of {len(logits)}")
    symbols = collapse(logits[:num_frames], vocabulary.blank)
    groups = _words(symbols, vocabulary)
    words = [_word(group, vocabulary, frames) for group in groups]
    heard = [symbol.confidence for group in groups for symbol in group]
    gap = "" if vocabulary.word_delimiter is None else " "
    text = unicodedata.normalize("NFC", gap.join(word.text for word in words))
    return Transcript(text, float(np.mean(heard)) if heard else 0.0, words)


def collapse(logits, blank):
    """Returns the symbols of logits [frames, vocabulary]: runs of one best token, not the blank.

    Args:
        logits: float array [frames, vocabulary], valid frames only.
        blank: int.

    Returns:
        list of Symbol.
    """
    if not len(logits):
        return []
    logits = np.asarray(logits, np.float64)
    best = logits.argmax(axis=-1)
    peak = logits.max(axis=-1, keepdims=True)
    probability = 1 / np.exp(logits - peak).sum(axis=-1)  # softmax of the best token
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = [*starts[1:], len(best)]
    return [
        Symbol(int(best[start]), int(start), int(end), float(probability[start:end].max()))
        for start, end in zip(starts, ends, strict=True)
        if best[start] != blank
    ]


def _words(symbols, vocabulary):
    """Groups the symbols that write something into words."""
    silent, delimiter = vocabulary.silent, vocabulary.word_delimiter
    if delimiter is None:
        return [[symbol] for symbol in symbols if symbol.id not in silent]
    groups = [[]]
    for symbol in symbols:
        if symbol.id == delimiter:
            groups.append([])
        elif symbol.id not in silent:
            groups[-1].append(symbol)
    return [group for group in groups if group]


def _word(symbols, vocabulary, frames):
    return Word(
        text=unicodedata.normalize("NFC", "".join(vocabulary.tokens[s.id] for s in symbols)),
        start=frames.seconds(symbols[0].start),
        end=frames.seconds(symbols[-1].end),
        confidence=float(np.mean([symbol.confidence for symbol in symbols])),
    )
