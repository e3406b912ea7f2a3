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


def of(logits, frame_length, targets, blank, word_delimiter=None, reduce_sums=lambda sums: sums):
    """Computes the loss and the error rates of a batch.

    Args:
        logits: float32 [batch, frames, vocabulary].
        frame_length: int [batch], valid frames.
        targets: dict of "labels" int [batch, symbols] and "label_length" int [batch].
        blank: int.
        word_delimiter: int, or None for no word error rate.
        reduce_sums: callable on the dict of sums, adds them up over replicas.

    Returns:
        pair of dicts of scalars with the same keys. The figures: "loss" in nats a label symbol,
        "blank_rate" (share of valid frames whose best symbol is the blank),
        "character_error_rate", "word_error_rate", "impossible_labels" (share of clips whose
        label needs more frames than there are; they are left out of the loss). And how many
        symbols, frames, characters, words and clips they are shares of, so that means over
        batches weigh each as it should.
    """
    labels = ops.cast(targets["labels"], "int32")
    label_length = ops.cast(targets["label_length"], "int32")
    skipped = impossible(labels, label_length, frame_length)
    losses = ctc_loss(logits, labels, label_length, frame_length, blank)
    valid = sequence_mask(frame_length, ops.shape(logits)[1])
    blanks = (ops.argmax(logits, axis=-1) == blank) & valid
    sums = {
        "loss": ops.sum(losses),
        "symbols": ops.sum(ops.where(skipped, 0, label_length)),
        "blanks": _count(blanks),
        "frames": _count(valid),
        "skipped": _count(skipped),
        # Not the rows: a replica without a clip has one of neither sound nor label.
        "clips": _count((frame_length > 0) | (label_length > 0)),
    }
    hypothesis = greedy_symbols(ops.stop_gradient(logits), frame_length, blank)
    sums |= _errors(hypothesis, labels, label_length, word_delimiter)
    return _shares(reduce_sums({k: ops.cast(v, "float32") for k, v in sums.items()}))


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


def _shares(sums):
    """Turns the sums of a batch over all replicas into its figures and their counts."""
    known = {name: pair for name, pair in FIGURES.items() if pair[1] in sums}
    counts = {name: sums[whole] for name, (_, whole) in known.items()}
    shares = {n: sums[part] / ops.maximum(counts[n], 1.0) for n, (part, _) in known.items()}
    return shares, counts
