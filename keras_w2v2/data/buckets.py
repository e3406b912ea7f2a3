"""Buckets of clips of about one length: few shapes, little padding or cropping.

XLA compiles every shape anew, so a corpus gets a handful of lengths, chosen such that the least
audio is padded (fine-tuning) or cropped away (pre-training).
"""

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE

_CANDIDATES = 200  # lengths among which the boundaries are sought


def plan(lengths, *, crop, batch_samples, least, most, num_buckets, multiple=1):
    """Chooses the buckets' lengths and batch sizes.

    Args:
        lengths: int array [clips], samples, each at least `least`; when padding at most `most`.
        crop: bool, True to cut clips down to their bucket's length (at most `most`), False to
            pad them up to it.
        batch_samples: int, budget of a batch in samples, padding included. A clip longer than
            the budget makes a batch of its own.
        least, most: int, limits of the buckets' lengths in samples.
        num_buckets: int, the most buckets to make. There are fewer where a bucket would not
            fill a batch: rare clips would wait for many epochs.
        multiple: int, batch sizes are multiples of it (of the number of replicas).

    Returns:
        (boundaries, batch_sizes): int arrays [buckets], boundaries rising.

    Raises:
        UserError: no clips, or limits that contradict each other.
    """
    lengths = np.asarray(lengths, np.int64)
    if num_buckets < 1 or multiple < 1 or batch_samples < 1:
        raise UserError(
            f"batches: num_buckets {num_buckets}, batch_multiple {multiple} and the budget of "
            f"{batch_samples} samples must be at least 1"
        )
    if not len(lengths):
        raise UserError("batches: no clips to make them of")
    candidates = _candidates(lengths, crop, least, most)
    values, inverse, counts = np.unique(candidates, return_inverse=True, return_counts=True)
    sums = np.bincount(inverse.reshape(-1), weights=np.minimum(lengths, most))
    boundaries = _partition(values, counts, sums, crop, batch_samples, num_buckets)
    sizes = np.maximum(batch_samples // boundaries // multiple, 1) * multiple
    available = np.bincount(assign(lengths, boundaries, crop), minlength=len(boundaries))
    # A corpus smaller than the budget is one batch, not several copies of itself in one.
    sizes = np.minimum(sizes, np.maximum(available // multiple, 1) * multiple)
    return boundaries, sizes


def assign(lengths, boundaries, crop):
    """Returns the bucket of each clip: the longest not above it (crop), the shortest not below.

    Args:
        lengths: int array [clips].
        boundaries: int array [buckets], rising.
        crop: bool.
    """
    if crop:
        return np.searchsorted(boundaries, lengths, side="right") - 1
    return np.searchsorted(boundaries, lengths, side="left")


def _candidates(lengths, crop, least, most):
    """Returns for each length the boundary that it would set: the least (crop) or greatest
    length of its cell of a grid coarse enough for the search, within the limits.
    """
    if least > most:
        raise UserError(
            f"batches: min_seconds {least / SAMPLE_RATE:g} is above max_seconds "
            f"{most / SAMPLE_RATE:g}"
        )
    lengths = np.clip(lengths, least, most)
    spread = int(lengths.max() - lengths.min())
    cells = lengths // max(1, -(-spread // _CANDIDATES))
    extremes = np.full(cells.max() + 1, most if crop else least)
    (np.minimum if crop else np.maximum).at(extremes, cells, lengths)
    return extremes[cells]


def _partition(values, counts, sums, crop, batch_samples, num_buckets):
    """Splits rising lengths into runs such that the least audio is cropped or padded.

    Dynamic programming: best[j] is the least waste of the first j lengths in k runs.
    """
    m = len(values)
    total = np.concatenate([[0], np.cumsum(counts)])
    audio = np.concatenate([[0], np.cumsum(sums)])
    start, end = np.meshgrid(np.arange(m), np.arange(1, m + 1), indexing="ij")
    clips = total[end] - total[start]
    boundary = values[start] if crop else values[end - 1]
    waste = np.abs(audio[end] - audio[start] - boundary * clips).astype(float)
    small = clips < np.maximum(batch_samples // boundary, 1)
    waste[small | (start >= end)] = np.inf
    waste[0, m - 1] = np.abs(audio[m] - boundary[0, m - 1] * total[m])  # one bucket always may
    best, choices = waste[0], []
    runs, least = 1, best[m - 1]
    for k in range(2, min(num_buckets, m) + 1):
        options = best[:-1, None] + waste[1:, :]
        choices.append(options.argmin(axis=0) + 1)
        best = options.min(axis=0)
        if best[m - 1] < least:
            runs, least = k, best[m - 1]
    cuts, last = [], m - 1
    for k in range(runs - 2, -1, -1):
        cut = choices[k][last]
        cuts.append(cut)
        last = cut - 1
    starts = [0, *reversed(cuts)]
    ends = [*starts[1:], m]
    return values[starts] if crop else values[np.array(ends) - 1]
