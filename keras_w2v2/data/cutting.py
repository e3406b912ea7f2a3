"""Long recordings to clips, cut where nobody speaks.

By energy alone: the same samples give the same cuts on every machine. Three steps: pauses are
found, what lies between them is packed into clips that are not too long, and speech without a
pause is cut where it is quietest.
"""

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE

FRAME = SAMPLE_RATE // 100  # 10 ms, the grid of all cuts
_PAUSE = 20  # frames (0.2 s) of quiet that make a pause,
_LONG_PAUSE = 100  # frames (1 s) that always end a clip,
_MARGIN = 10  # frames (0.1 s) of a pause that stay with the speech beside it
_CLEAR = 10 ** (6 / 10)  # loud against quiet frames, at least 6 dB, or there are no pauses to find
_QUIET = 0.3  # share of the way from the quiet to the loud frames, in dB, below which is quiet
_BLOCK = 6000  # frames whose energy is computed at once


def cuts(pcm, *, least, most):
    """Cuts a recording into clips.

    Args:
        pcm: int16 [samples], 16 kHz.
        least: int, samples that a clip must have, at most half of `most`; shorter bits of sound
            between long pauses are left out, as are the pauses.
        most: int, samples that a clip may have.

    Returns:
        list of (start, end) in samples, rising multiples of 160.

    Raises:
        UserError: `least` is above half of `most`.

    Example:
        >>> [pcm[start:end] for start, end in cuts(pcm, least=16_000, most=320_000)]
    """
    if least > most // 2:
        raise UserError(
            f"cutting: clips of at least {least / SAMPLE_RATE:g} s and at most "
            f"{most / SAMPLE_RATE:g} s cannot be had everywhere: let the least be half the most"
        )
    energy = _frame_energy(pcm)
    if not len(energy):
        return []
    least, most = max(1, -(-least // FRAME)), max(2, most // FRAME)
    loudness = np.convolve(energy, np.ones(_PAUSE, np.int64), mode="same")
    found = []
    for start, end in _packed(_sounding(energy), most):
        found += _split(loudness, start, end, least, most)
    return [(start * FRAME, end * FRAME) for start, end in found if end - start >= least]


def _frame_energy(pcm):
    """Returns the sum of squares of every whole frame (int64 [frames])."""
    frames = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)
    blocks = [frames[at : at + _BLOCK] for at in range(0, len(frames), _BLOCK)]
    sums = [np.square(block, dtype=np.int64).sum(axis=1) for block in blocks]
    return np.concatenate([np.zeros(0, np.int64), *sums])


def _sounding(energy):
    """Returns the stretches between pauses (list of (start, end) in frames)."""
    floor, loud = (np.percentile(energy, share) + FRAME for share in (5, 99))
    if loud < _CLEAR * floor:
        return [(0, len(energy))]
    quiet = energy + FRAME < floor ** (1 - _QUIET) * loud**_QUIET
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    pauses = runs[runs[:, 1] - runs[:, 0] >= _PAUSE]
    starts = [0, *(max(start, end - _MARGIN) for start, end in pauses)]
    ends = [*(min(end, start + _MARGIN) for start, end in pauses), len(energy)]
    # A pause at the very beginning or end has no sound on its outer side.
    sounding = zip(starts, ends, [0, *pauses[:, 1]], [*pauses[:, 0], len(energy)], strict=True)
    return [(int(start), int(end)) for start, end, from_, to in sounding if to > from_]


def _packed(stretches, most):
    """Joins neighbours into clips of at most `most` frames, but not over long pauses."""
    clips = []
    for start, end in stretches:
        near = clips and start - clips[-1][1] < _LONG_PAUSE - 2 * _MARGIN
        if near and end - clips[-1][0] <= most:
            clips[-1] = (clips[-1][0], end)
        else:
            clips.append((start, end))
    return clips


def _split(loudness, start, end, least, most):
    """Cuts a stretch without pauses at its quietest fifths of a second."""
    pieces = []
    while end - start > most:
        first, last = start + most // 2, min(start + most, end - least)
        cut = first + int(np.argmin(loudness[first : last + 1]))
        pieces.append((start, cut))
        start = cut
    return [*pieces, (start, end)]
