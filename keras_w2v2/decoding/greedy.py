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
    stream = Stream(vocabulary, frames)
    stream.push(logits[:num_frames])
    return stream.finish()


class Stream:
    """Greedy decoding of logits that come piece by piece: the same text, however they are cut.

    Args:
        vocabulary: Vocabulary.
        frames: FrameArithmetic of the model, for the times.

    Attributes:
        words: list of Word, those that are complete.

    Example:
        >>> stream = Stream(model.vocabulary, model.backbone.frames)
        >>> for logits in pieces:
        ...     for word in stream.push(logits):
        ...         print(word.start, word.text)
        >>> stream.finish().text
        'HELLO WORLD'
    """

    def __init__(self, vocabulary, frames):
        self.words = []
        self._vocabulary, self._frames = vocabulary, frames
        self._done = 0  # frames
        self._run = None  # the last one, which may go on
        self._open = []  # symbols of the word that is not complete
        self._heard, self._symbols = 0.0, 0

    def push(self, logits):
        """Takes the next frames.

        Args:
            logits: float array [frames, vocabulary].

        Returns:
            list of Word, those that these frames completed.
        """
        complete = len(self.words)
        for run in _runs(logits, self._done):
            if self._run is not None and run.id == self._run.id:
                best = max(run.confidence, self._run.confidence)
                self._run = Symbol(run.id, self._run.start, run.end, best)
                continue
            self._close_run()
            self._run = run
            if run.id == self._vocabulary.word_delimiter:
                self._close_word()
        self._done += len(logits)
        return self.words[complete:]

    def partial(self, ahead=None):
        """Returns what is not complete yet, as it looks now (str); changes nothing.

        Args:
            ahead: float array [frames, vocabulary] that may come otherwise in the end, such as
                those of a window's right context; None for none.
        """
        copy = Stream(self._vocabulary, self._frames)
        copy._done, copy._run, copy._open = self._done, self._run, list(self._open)
        if ahead is not None:
            copy.push(ahead)
        return copy.finish().text

    def finish(self):
        """Ends the stream and returns the Transcript of all of it."""
        self._close_run()
        self._run = None
        self._close_word()
        gap = "" if self._vocabulary.word_delimiter is None else " "
        text = unicodedata.normalize("NFC", gap.join(word.text for word in self.words))
        confidence = self._heard / self._symbols if self._symbols else 0.0
        return Transcript(text, confidence, list(self.words))

    def _close_run(self):
        run, vocabulary = self._run, self._vocabulary
        if run is None or run.id in vocabulary.silent or run.id == vocabulary.word_delimiter:
            return  # the blank is silent
        self._open.append(run)
        self._heard += run.confidence
        self._symbols += 1
        if vocabulary.word_delimiter is None:
            self._close_word()

    def _close_word(self):
        if self._open:
            self.words.append(_word(self._open, self._vocabulary, self._frames))
            self._open = []


def collapse(logits, blank):
    """Returns the symbols of logits [frames, vocabulary]: runs of one best token, not the blank.

    Args:
        logits: float array [frames, vocabulary], valid frames only.
        blank: int.

    Returns:
        list of Symbol.
    """
    return [run for run in _runs(logits, 0) if run.id != blank]


def _runs(logits, first_frame):
    """Returns the runs of one best token (list of Symbol), the blank's among them."""
    if not len(logits):
        return []
    logits = np.asarray(logits, np.float64)
    best = logits.argmax(axis=-1)
    peak = logits.max(axis=-1, keepdims=True)
    probability = 1 / np.exp(logits - peak).sum(axis=-1)  # softmax of the best token
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = [*starts[1:], len(best)]
    return [
        Symbol(
            int(best[start]),
            first_frame + int(start),
            first_frame + int(end),
            float(probability[start:end].max()),
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def _word(symbols, vocabulary, frames):
    return Word(
        text=unicodedata.normalize("NFC", "".join(vocabulary.tokens[s.id] for s in symbols)),
        start=frames.seconds(symbols[0].start),
        end=frames.seconds(symbols[-1].end),
        confidence=float(np.mean([symbol.confidence for symbol in symbols])),
    )
