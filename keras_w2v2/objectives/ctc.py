"""Connectionist temporal classification with labels that may not fit."""

from keras import ops

from keras_w2v2.layers.masking import sequence_mask


def impossible(labels, label_length, frame_length):
    """Returns True where a label needs more frames than there are: bool [batch].

    CTC needs a frame for each symbol and a blank between two equal ones.

    Args:
        labels: int [batch, symbols].
        label_length, frame_length: int [batch].
    """
    repeats = ops.cast(labels[:, 1:] == labels[:, :-1], "int32")
    inside = sequence_mask(label_length - 1, ops.shape(repeats)[1])
    needed = label_length + ops.sum(repeats * ops.cast(inside, "int32"), axis=1)
    return needed > frame_length


def ctc_loss(logits, labels, label_length, frame_length, blank=0):
    """Returns the negative log likelihood of each label, in nats: float32 [batch].

    An impossible label costs 0 and has no gradient, as with fairseq's `zero_infinity`. One that
    is `foreign` costs NaN: compiled code cannot raise, and must not learn it.

    Args:
        logits: float [batch, frames, vocabulary].
        labels: int [batch, symbols], anything after each row's length.
        label_length, frame_length: int [batch].
        blank: int, index of the blank.
    """
    skipped = impossible(labels, label_length, frame_length)
    inside = sequence_mask(label_length, ops.shape(labels)[1])
    given_length = label_length
    # An empty label in place of an impossible one: an infinite loss times 0 would be NaN.
    label_length = ops.where(skipped, 0, label_length)
    losses = ops.ctc_loss(
        ops.where(inside, labels, 0 if blank else 1),
        ops.cast(logits, "float32"),
        label_length,
        frame_length,
        mask_index=blank,
    )
    nothing = foreign(labels, given_length, logits.shape[-1], blank)
    return ops.where(nothing, float("nan"), ops.where(skipped, 0.0, losses))


def foreign(labels, label_length, vocabulary_size, blank=0):
    """Returns True where a label has the blank or an index outside the vocabulary: bool [batch].

    Args:
        labels: int [batch, symbols].
        label_length: int [batch].
        vocabulary_size, blank: int.
    """
    outside = (labels < 0) | (labels >= vocabulary_size) | (labels == blank)
    return ops.any(outside & sequence_mask(label_length, ops.shape(labels)[1]), axis=1)
