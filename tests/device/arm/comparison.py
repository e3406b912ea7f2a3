"""Judges what a bundle said on another processor by what it should say."""

from dataclasses import dataclass

import numpy as np

# Largest difference of a logit between two processors, as a share of the largest expected logit.
# int8 kernels round activations before every dense layer, to steps of 1/255 of a row's range.
# Sums of floats end in other last bits where a processor adds in another order, and such a bit
# can tip a rounding by a whole step. Measured on the three cores against x86-64, with TINY: at
# most 0.008 fine-tuned (39 clips, int4 alike), 0.015 with random weights (6 models, 3 clips each).
QUANTIZED_LIMIT = 0.03


@dataclass(frozen=True)
class ChangedFrame:
    """A frame whose best token is another one: its margin was less than twice its error.

    Attributes:
        frame: int.
        margin: float, by which the best expected logit exceeds the second.
        error: float, largest absolute difference of a logit of this frame.
    """

    frame: int
    margin: float
    error: float


@dataclass(frozen=True)
class Finding:
    """One clip, read by one bundle on one processor.

    Attributes:
        relative_error: float, largest absolute difference of a logit over the largest absolute
            expected one; NaN where logits are missing or not finite.
        limit: float, the largest relative error that passes.
        frames: int, how many were compared.
        changed: tuple of ChangedFrame.
        text: str, what the bundle's own token_ids spell.
        failures: tuple of str, empty where the clip passes.
    """

    relative_error: float
    limit: float
    frames: int
    changed: tuple
    text: str
    failures: tuple


def compare(case, variant, vocabulary, expected, logits, token_ids):
    """Compares the logits and the text of a clip.

    The text comes from token_ids, so that the best tokens and their collapse are on trial too,
    as that processor computed them. It must be the same unless a frame has another best token,
    which the limit on the logits leaves to frames with a narrow margin.

    Args:
        case: dict with "relative_tolerance", "text" and "same_text".
        variant: str, as "float32" or "int8". A quantized bundle gets QUANTIZED_LIMIT at least;
            of others "same_text" asks for the same text without exception.
        vocabulary: Vocabulary.
        expected: float32 [frames, vocabulary].
        logits: float32 [frames, vocabulary], from the processor on trial.
        token_ids: int [symbols], from there too.

    Returns:
        Finding.
    """
    quantized = variant.startswith("int")
    limit = max(case["relative_tolerance"], QUANTIZED_LIMIT if quantized else 0.0)
    unusable = _unusable(expected, logits, token_ids)
    if unusable:
        return Finding(float("nan"), limit, len(expected), (), "", (unusable,))
    text = vocabulary.decode_ids(token_ids)
    error = np.abs(logits - expected).max(axis=1)
    relative = float(error.max() / np.abs(expected).max())
    margin = _margins(expected)
    changed = np.flatnonzero(logits.argmax(axis=1) != expected.argmax(axis=1))
    failures = []
    if relative > limit:
        failures.append(f"logits differ by {relative:.1e} of the largest: more than {limit:.0e}")
    if not np.array_equal(token_ids, collapsed(logits, vocabulary.blank)):
        failures.append("token_ids are not the collapsed best tokens of the logits beside them")
    excused = len(changed) > 0 and (quantized or not case["same_text"])
    if text != case["text"] and not excused:
        failures.append(f"text {text!r} instead of {case['text']!r}")
    return Finding(
        relative_error=relative,
        limit=limit,
        frames=len(expected),
        changed=tuple(ChangedFrame(int(i), float(margin[i]), float(error[i])) for i in changed),
        text=text,
        failures=tuple(failures),
    )


def collapsed(logits, blank):
    """Returns the best tokens without repeats and blanks (int [symbols])."""
    best = logits.argmax(axis=1)
    begins = np.diff(best, prepend=-1) != 0
    return best[begins & (best != blank)]


def _margins(logits):
    second, best = np.sort(logits, axis=1)[:, -2:].T
    return best - second


def _unusable(expected, logits, token_ids):
    """Returns what makes a comparison of numbers impossible (str), or None."""
    if logits.shape != expected.shape:
        return f"logits of shape {logits.shape} instead of {expected.shape}"
    if not np.isfinite(logits).all():
        return "logits that are not finite"
    outside = [int(i) for i in token_ids if not 0 <= i < expected.shape[1]]
    if outside:
        return f"token_ids outside the vocabulary: {outside[:5]}"
    return None
