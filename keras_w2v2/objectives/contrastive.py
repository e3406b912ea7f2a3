"""The contrastive loss: tell the true quantized frame from distractors."""

from keras import ops

# In place of -inf, which XLA and low precision turn into NaN.
EXCLUDED = -1e9
# Logits closer than this tie: equal vectors, multiplied in another order, differ by rounding.
TIE = 1e-5


def unit_vectors(x):
    """Returns x / max(|x|, 1e-8) over the last axis in float32."""
    x = ops.cast(x, "float32")
    squares = ops.sum(ops.square(x), axis=-1, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, 1e-16))


def frame_similarities(context, targets):
    """Returns cosine similarities of each clip's contexts with all its targets.

    One matrix a clip; the logits of every distractor are scalars picked from it, instead of
    the vectors that the peers gather (101 x width values for each masked frame).

    Args:
        context: float [batch, frames, width], unit vectors.
        targets: float [batch, frames, width], unit vectors.

    Returns:
        float32 [batch, frames, frames], rows are contexts.
    """
    return ops.matmul(context, ops.transpose(targets, [0, 2, 1]))


def same_codes(codes, others):
    """Returns True where all codebooks agree: bool [batch, frames, ...].

    Args:
        codes: int [batch, frames, G], of the positives.
        others: int [batch, frames, n, G], of the distractors.
    """
    return ops.all(ops.expand_dims(codes, 2) == others, axis=-1)


def contrastive_loss(positive, negatives, excluded, weights, temperature=0.1):
    """Cross-entropy of the positive among its distractors, summed over masked frames.

    Wav2vec 2.0, equation 3. In float32, natural log; chance is ln(1 + n) nats a frame. A
    distractor that equals the positive is left out of the sum.

    Args:
        positive: float [batch, frames], cosine similarity with the true target.
        negatives: float [batch, frames, n], with the distractors.
        excluded: bool [batch, frames, n], distractors equal to the positive.
        weights: float [batch, frames], 1 at masked frames, 0 elsewhere.
        temperature: float, divides the similarities.

    Returns:
        (sum of the losses, number of frames where the positive won). A frame without any real
        distractor has nothing to tell apart: it never counts as won, and neither does a tie.
    """
    positive = ops.cast(positive, "float32") / temperature
    negatives = ops.cast(negatives, "float32") / temperature
    negatives = ops.where(excluded, EXCLUDED, negatives)
    logits = ops.concatenate([ops.expand_dims(positive, -1), negatives], axis=-1)
    losses = ops.logsumexp(logits, axis=-1) - positive
    best = ops.max(negatives, axis=-1)
    won = (positive > best + TIE) & (best > EXCLUDED)
    return ops.sum(losses * weights), ops.sum(ops.cast(won, "float32") * weights)


def pick(similarities, indices):
    """Returns similarities[b, t, indices[b, t, n]]: float32 [batch, frames, n]."""
    return ops.take_along_axis(similarities, indices, axis=-1)


def pick_codes(codes, indices):
    """Returns codes[b, indices[b, t, n]], of the distractor frames: int [batch, frames, n, G]."""
    _, frames, count = ops.shape(indices)
    flat = ops.reshape(ops.cast(indices, "int32"), [-1, frames * count, 1])
    picked = ops.take_along_axis(codes, flat, axis=1)
    return ops.reshape(picked, [-1, frames, count, codes.shape[-1]])
