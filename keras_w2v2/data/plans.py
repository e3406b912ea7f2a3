"""What the batches of a corpus will be, known before the first one is read."""

import logging
from dataclasses import dataclass

import numpy as np

from keras_w2v2.data import audio, buckets, mixing, resampling
from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BatchPlan:
    """How the clips of a corpus become batches.

    Attributes:
        boundaries: tuple of int, samples of a batch of each bucket, rising.
        batch_sizes: tuple of int, clips in a batch of each bucket.
        bucket_clips: tuple of int, clips of the corpus in each bucket.
        label_lengths: tuple of int, labels of a batch of each bucket; empty for pre-training.
        samples: int, samples of audio that an epoch trains on, without padding.
        left_out: dict of reason (str) to number of clips.
        mixture: mixing.Mixture or None, how often each language is drawn.
    """

    boundaries: tuple
    batch_sizes: tuple
    bucket_clips: tuple
    label_lengths: tuple
    samples: int
    left_out: dict
    mixture: mixing.Mixture | None = None

    @property
    def clips(self):
        """Clips of an epoch."""
        return sum(self.bucket_clips)

    @property
    def batches(self):
        """Batches that cover every clip once, incomplete ones included."""
        sizes = zip(self.bucket_clips, self.batch_sizes, strict=True)
        return sum(-(-clips // size) for clips, size in sizes)

    @property
    def hours(self):
        """Hours of audio that an epoch trains on."""
        return self.samples / SAMPLE_RATE / 3600

    def __str__(self):
        lengths = ", ".join(
            f"{size} x {boundary / SAMPLE_RATE:.2f} s"
            for size, boundary in zip(self.batch_sizes, self.boundaries, strict=True)
        )
        out = "".join(f"; left out {n} ({reason})" for reason, n in self.left_out.items())
        drawn = f"; languages drawn: {self.mixture}" if self.mixture else ""
        return f"{self.clips} clips, {self.hours:.2f} h, batches of {lengths}{drawn}{out}"


def pretraining(
    indexes,
    *,
    batch_seconds,
    max_seconds,
    min_seconds,
    num_buckets=4,
    batch_multiple=1,
    language_alpha=None,
):
    """Returns the BatchPlan of `pretraining_batches` for opened shards (list of ShardIndex)."""
    least = least_samples(min_seconds)
    most = samples_of(max_seconds)
    table = [clip for index in indexes for clip in index.table()]
    lengths = np.array([clip.num_samples for clip in table], int)
    kept = lengths[lengths >= least]
    if not len(kept):
        longest = lengths.max(initial=0) / SAMPLE_RATE
        raise UserError(
            f"pre-training: no clip in {_names(indexes)} reaches min_seconds {min_seconds:g} "
            f"(the longest has {longest:.2f} s): lower min_seconds"
        )
    boundaries, sizes = buckets.plan(
        kept,
        crop=True,
        batch_samples=samples_of(batch_seconds),
        least=least,
        most=most,
        num_buckets=num_buckets,
        multiple=batch_multiple,
    )
    bucket = buckets.assign(kept, boundaries, crop=True)
    short = {f"shorter than {min_seconds:g} s": len(lengths) - len(kept)}
    mixture = None
    if language_alpha is not None:
        languages = [clip.language for clip in table if clip.num_samples >= least]
        mixture = mixing.plan(languages, boundaries[bucket], language_alpha)
    samples = int(boundaries[bucket].sum())
    return _counted(boundaries, sizes, bucket, (), samples, short, mixture)


def ctc(
    indexes,
    vocabulary,
    normalizer=None,
    *,
    batch_seconds,
    max_seconds,
    num_buckets=4,
    batch_multiple=1,
    allow_unknown=False,
    language_alpha=None,
    speeds=(1.0,),
):
    """Returns the BatchPlan of `ctc_batches` for opened shards (list of ShardIndex).

    A clip may come into another bucket by one of the `speeds`: that has room for its labels.

    Raises:
        UserError: characters outside the vocabulary, or no labelled clip.
    """
    most = samples_of(max_seconds)
    table = [clip for index in indexes for clip in index.table()]
    fitting = [clip for clip in table if clip.num_samples <= most]
    lengths, labels, languages = [], [], []
    for clip in fitting:
        text = normalizer(clip.transcript) if normalizer else clip.transcript
        try:
            count = len(vocabulary.encode(text, allow_unknown))
        except UserError as error:
            raise UserError(f"clip '{clip.id}': {error}") from None
        if count:
            lengths.append(clip.num_samples)
            labels.append(count)
            languages.append(clip.language)
    if not lengths:
        raise UserError(
            f"fine-tuning: no clip in {_names(indexes)} of at most {max_seconds:g} s has a "
            "transcript: prepare labelled audio or raise max_seconds"
        )
    lengths, labels = np.array(lengths), np.array(labels)
    boundaries, sizes = buckets.plan(
        lengths,
        crop=False,
        batch_samples=samples_of(batch_seconds),
        least=min(audio.LEAST_SAMPLES, most),
        most=most,
        num_buckets=num_buckets,
        multiple=batch_multiple,
    )
    bucket = buckets.assign(lengths, boundaries, crop=False)
    room = np.ones(len(boundaries), np.int64)
    np.maximum.at(room, bucket, labels)
    for speed in speeds:
        played = resampling.played(lengths, speed)
        fits = played <= boundaries[-1]
        np.maximum.at(room, buckets.assign(played[fits], boundaries, crop=False), labels[fits])
    longest = tuple(map(int, room))
    left_out = {
        f"longer than {max_seconds:g} s": len(table) - len(fitting),
        "without transcript": len(fitting) - len(lengths),
    }
    alpha = language_alpha
    mixture = None if alpha is None else mixing.plan(languages, lengths, alpha)
    return _counted(boundaries, sizes, bucket, longest, int(lengths.sum()), left_out, mixture)


def _counted(boundaries, sizes, bucket, label_lengths, samples, left_out, mixture):
    return BatchPlan(
        boundaries=tuple(map(int, boundaries)),
        batch_sizes=tuple(map(int, sizes)),
        bucket_clips=tuple(map(int, np.bincount(bucket, minlength=len(boundaries)))),
        label_lengths=label_lengths,
        samples=samples,
        left_out={reason: count for reason, count in left_out.items() if count},
        mixture=mixture,
    )


def samples_of(seconds):
    """Returns the samples of a length in seconds (int)."""
    return round(seconds * SAMPLE_RATE)


def least_samples(min_seconds):
    """Returns the samples that a clip for pre-training needs: `min_seconds`, and one frame."""
    return max(samples_of(min_seconds), audio.LEAST_SAMPLES)


def warn(plan):
    """Says in the log how many clips the batches leave out, and why."""
    total = plan.clips + sum(plan.left_out.values())
    for reason, count in plan.left_out.items():
        _log.warning("%d of %d clips are left out: %s", count, total, reason)


def _names(indexes):
    return ", ".join(f"'{index.folder}'" for index in indexes)
