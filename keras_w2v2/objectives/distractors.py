"""Which frames and codes stand in for false targets."""

from keras import ops

from keras_w2v2.layers.noise import uniform


def same_utterance(span_mask, count, seed, rows):
    """Draws distractors uniformly from the other masked frames of the same clip.

    For the positive with index o among a clip's M masked frames: an integer in [0, M - 1),
    plus 1 where it is o or more. A clip with one masked frame has no distractor: its own frame
    is returned, which the contrastive loss leaves out as equal to the positive.

    Args:
        span_mask: bool [batch, frames].
        count: int, distractors a frame.
        seed: int tensor [2], a stateless seed.
        rows: int32 [batch], index of each row in the global batch.

    Returns:
        int32 [batch, frames, count], frame indices within the clip; only those at masked
        frames mean anything.
    """
    frames = ops.shape(span_mask)[1]
    masked = ops.cast(span_mask, "int32")
    total = ops.sum(masked, axis=1)
    draws = uniform((frames, count), seed, rows)
    ordinal = _other(draws, ops.cumsum(masked, axis=1) - 1, ops.reshape(total, [-1, 1, 1]))
    order = _masked_first(span_mask)
    flat = ops.take_along_axis(order, ops.reshape(ordinal, [-1, frames * count]), axis=1)
    return ops.reshape(flat, [-1, frames, count])


def cross_utterance(span_mask, count, seed, rows):
    """Draws distractors uniformly from the other masked frames of the whole batch.

    The true positive is excluded for every row (fairseq's draw can pick it for rows after the
    first). Under a distribution strategy the batch is a replica's share.

    Returns:
        int32 [batch, frames, count], indices into the batch's frames, row * frames + frame.
    """
    batch, frames = ops.shape(span_mask)
    masked = ops.reshape(ops.cast(span_mask, "int32"), [1, -1])
    total = ops.sum(masked)
    draws = uniform((frames, count), seed, rows)
    positive = ops.reshape(ops.cumsum(masked, axis=1) - 1, [batch, frames])
    order = _masked_first(ops.reshape(span_mask, [1, -1]))[0]
    return ops.take(order, _other(draws, positive, total))


def codes(frames, count, num_codebooks, codebook_size, seed, rows):
    """Draws random entries of every codebook: int32 [batch, frames, count, num_codebooks]."""
    draws = uniform((frames, count, num_codebooks), seed, rows)
    return ops.cast(ops.floor(draws * codebook_size), "int32")


def _other(draws, positive, total):
    """Uniform draws in [0, 1) to indices in [0, total) other than `positive`.

    With a total of 1 there is no other: 0.
    """
    others = ops.maximum(total - 1, 1)
    index = ops.cast(ops.floor(draws * ops.cast(others, "float32")), "int32")
    index = ops.minimum(index, others - 1)
    index = index + ops.cast(index >= ops.expand_dims(positive, -1), "int32")
    return ops.minimum(index, ops.maximum(total - 1, 0))


def _masked_first(span_mask):
    """Frame indices of each row, masked frames first, both in order: int32 [batch, frames]."""
    frames = ops.shape(span_mask)[1]
    key = ops.arange(frames) + frames * (1 - ops.cast(span_mask, "int32"))
    return ops.cast(ops.argsort(key, axis=1), "int32")
