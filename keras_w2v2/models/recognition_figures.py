"""What CTC training reports of a batch: sums over clips, and the shares that they make.

Sums, so that replicas which add theirs up get the figures of the whole batch.
"""

from keras import ops

from keras_w2v2.layers.masking import sequence_mask
from keras_w2v2.metrics import NOTHING, edit_distance, greedy_symbols, words
from keras_w2v2.objectives.ctc import ctc_loss, impossible

# Each figure is a share: of what, and among how many.
FIGURES = {
    "loss": ("loss", "symbols"),
    "blank_rate": ("blanks", "frames"),
    "character_error_rate": ("character_errors", "characters"),
    "word_error_rate": ("word_errors", "words"),
    "impossible_labels": ("skipped", "clips"),
}


def sums(logits, frame_length, targets, blank, word_delimiter=None):
    """Returns the sums over a batch's clips that its figures follow from.

    Args:
        logits: float32 [batch, frames, vocabulary].
        frame_length: int [batch], valid frames.
        targets: dict of "labels" int [batch, symbols] and "label_length" int [batch].
        blank: int.
        word_delimiter: int, or None for no word error rate.

    Returns:
        dict of float32 scalars: "loss" in nats, every part and whole in `FIGURES`.
    """
    labels = ops.cast(targets["labels"], "int32")
    label_length = ops.cast(targets["label_length"], "int32")
    losses = ctc_loss(logits, labels, label_length, frame_length, blank)
    valid = sequence_mask(frame_length, ops.shape(logits)[1])
    blanks = (ops.argmax(logits, axis=-1) == blank) & valid
    found = {
        "loss": ops.sum(losses),
        "blanks": _count(blanks),
        "frames": _count(valid),
        "skipped": _count(impossible(labels, label_length, frame_length)),
        # Not the rows: a replica without a clip has one of neither sound nor label.
        "clips": _count((frame_length > 0) | (label_length > 0)),
    }
    hypothesis = greedy_symbols(ops.stop_gradient(logits), frame_length, blank)
    found |= _errors(hypothesis, labels, label_length, word_delimiter)
    found = {name: ops.cast(value, "float32") for name, value in found.items()}
    return found | {"symbols": symbols(frame_length, targets)}


def symbols(frame_length, targets):
    """Returns how many label symbols the loss is a mean over: float32 scalar."""
    labels = ops.cast(targets["labels"], "int32")
    label_length = ops.cast(targets["label_length"], "int32")
    skipped = impossible(labels, label_length, frame_length)
    return ops.cast(ops.sum(ops.where(skipped, 0, label_length)), "float32")


def shares(sums):
    """Returns the figures of a batch and what they are shares of.

    Args:
        sums: dict, from `sums`, added up over replicas.

    Returns:
        pair of dicts of scalars with the same keys. The figures: "loss" in nats a label symbol,
        "blank_rate" (share of valid frames whose best symbol is the blank),
        "character_error_rate", "word_error_rate", "impossible_labels" (share of clips whose
        label needs more frames than there are; they are left out of the loss). And how many
        symbols, frames, characters, words and clips they are shares of, so that means over
        batches weigh each as it should.
    """
    known = {name: pair for name, pair in FIGURES.items() if pair[1] in sums}
    counts = {name: sums[whole] for name, (_, whole) in known.items()}
    figures = {n: sums[part] / ops.maximum(counts[n], 1.0) for n, (part, _) in known.items()}
    return figures, counts


def zeros(with_words):
    """Returns the sums over no clip, to add others to.

    Args:
        with_words: bool, whether there is a word error rate.
    """
    names = {name for pair in FIGURES.values() for name in pair}
    names -= set() if with_words else {"word_errors", "words"}
    return {name: ops.zeros((), "float32") for name in sorted(names)}


def _errors(hypothesis, labels, label_length, word_delimiter):
    """Edit distances and reference lengths in symbols and in words, summed."""
    inside = sequence_mask(label_length, ops.shape(labels)[1])
    reference = ops.where(inside, labels, NOTHING)
    errors = {
        "character_errors": ops.sum(edit_distance(hypothesis, reference)),
        "characters": ops.sum(label_length),
    }
    if word_delimiter is not None:
        reference = words(reference, word_delimiter)
        distance = edit_distance(words(hypothesis, word_delimiter), reference)
        errors["word_errors"] = ops.sum(distance)
        errors["words"] = _count(reference != NOTHING)
    return errors


def _count(mask):
    return ops.sum(ops.cast(mask, "int32"))
