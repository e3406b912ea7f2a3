"""Span masks over frames (pre-training) and over channels (fine-tuning)."""

from keras import ops

from keras_w2v2.layers.masking import sequence_mask
from keras_w2v2.layers.noise import fold_in, uniform


def span_mask(frame_length, size, seed, prob=0.65, span=10, min_spans=2, rows=None):
    """Draws spans of masked positions for each row (wav2vec 2.0, section 3.1).

    A row of T valid frames gets int(prob * T / span + u) spans, u uniform in [0, 1), at least
    `min_spans`, at starts drawn without replacement from [0, T - span]; spans may overlap. With
    prob 0.65 and span 10 about 49 % of 780 frames are masked. A row too short for one span
    stays unmasked. Departs from fairseq, which then trims every row to the smallest count of
    the batch: it needs equal counts to pack rows, the losses here do not.

    Args:
        frame_length: int tensor [batch], valid positions of each row.
        size: int or scalar tensor, width of the mask.
        seed: int tensor [2], a stateless seed.
        prob: float, share of positions that would be masked if spans never overlapped.
        span: int, positions in one span.
        min_spans: int, fewest spans of a row.
        rows: int32 tensor [batch], index of each row in the global batch; default 0, 1, ….

    Returns:
        bool tensor [batch, size].

    Example:
        >>> mask = span_mask(keras.ops.array([100]), 100, seed=keras.ops.array([1, 2]))
        >>> mask.shape
        (1, 100)
    """
    frame_length = ops.cast(frame_length, "int32")
    rows = ops.arange(ops.shape(frame_length)[0]) if rows is None else rows
    wanted = prob * ops.cast(frame_length, "float32") / span
    wanted = ops.cast(wanted + uniform((), fold_in(seed, 1), rows), "int32")
    starts = ops.maximum(frame_length - span + 1, 0)  # how many places a span may start at
    count = ops.minimum(ops.maximum(wanted, min_spans), starts)

    scores = uniform((size,), fold_in(seed, 2), rows)
    scores = ops.where(sequence_mask(starts, size), scores, -1.0)
    # The count-th best score of a row: every start with at least that score is drawn.
    ordered = ops.top_k(scores, size)[0]
    least = ops.take_along_axis(ordered, ops.expand_dims(ops.maximum(count - 1, 0), 1), axis=1)
    drawn = (scores >= least) & ops.expand_dims(count > 0, 1)
    return _grow(drawn, span)


def channel_mask(batch, channels, seed, prob=0.25, span=64, rows=None):
    """Draws spans of masked channels for each row: bool [batch, channels].

    Args are those of `span_mask`; at least one span a row, and none when `prob` is 0.
    """
    length = ops.full((batch,), channels, dtype="int32")
    return span_mask(length, channels, seed, prob, span, min_spans=1 if prob else 0, rows=rows)


def _grow(starts, span):
    """Turns span starts into covered positions: some start lies in (t - span, t]."""
    before = ops.cumsum(ops.cast(starts, "int32"), axis=1)
    earlier = ops.pad(before, [[0, 0], [span, 0]])[:, : ops.shape(before)[1]]
    return before > earlier
