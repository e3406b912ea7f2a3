"""Errors of hypotheses against references, in characters and in words."""

from dataclasses import dataclass

import jiwer


@dataclass
class Errors:
    """Counts of edits and of what they are measured against.

    Attributes:
        clips: int.
        seconds: float, of audio.
        character_errors, characters, word_errors, words: int; the edits and the references' sizes.
    """

    clips: int = 0
    seconds: float = 0.0
    character_errors: int = 0
    characters: int = 0
    word_errors: int = 0
    words: int = 0

    @property
    def character_error_rate(self):
        """Edits per reference character (1.0 where there is nothing but insertions)."""
        return _rate(self.character_errors, self.characters)

    @property
    def word_error_rate(self):
        """Edits per reference word."""
        return _rate(self.word_errors, self.words)

    def add(self, other):
        """Adds the counts of another."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def count(reference, hypothesis, seconds=0.0):
    """Returns the Errors of one clip.

    Args:
        reference, hypothesis: str, normalised alike. An empty reference makes every character
            and word of the hypothesis an insertion.
        seconds: float, of audio.

    Example:
        >>> count("a cat", "a bat").word_error_rate
        0.5
    """
    characters, words = len(reference), len(reference.split())
    if not words:
        wrong = len(hypothesis.replace(" ", "")), len(hypothesis.split())
        return Errors(1, seconds, wrong[0], 0, wrong[1], 0)
    by_character = jiwer.process_characters(reference, hypothesis)
    by_word = jiwer.process_words(reference, hypothesis)
    return Errors(1, seconds, _edits(by_character), characters, _edits(by_word), words)


def _edits(aligned):
    return aligned.substitutions + aligned.deletions + aligned.insertions


def _rate(errors, size):
    return errors / size if size else float(errors > 0)
