"""Shards to batches with tf.data: no Python while training.

Every dataset here is a pure function of its arguments: iterating it twice, or in another
process, gives the same batches, and `dataset.skip(n)` carries on exactly at batch n.
"""

import functools

from keras_w2v2.data import augmentation as augmenting
from keras_w2v2.data import parts, plans, records, shards, stream


def pretraining_batches(
    shards_folder,
    *,
    batch_seconds,
    max_seconds,
    min_seconds,
    seed,
    shuffle=True,
    repeat=True,
    num_buckets=4,
    batch_multiple=1,
    language_alpha=None,
    augmentation=None,
    part=None,
):
    """Batches for pre-training: random crops, all of one length in a batch, no padding.

    Args:
        shards_folder: str, path, or list of them.
        batch_seconds: float, seconds of audio in a batch at most.
        max_seconds: float, longer clips are cropped to this.
        min_seconds: float, shorter clips are left out (a warning counts them).
        seed: int, rules the order of clips and the crops.
        shuffle: bool, new order every epoch.
        repeat: bool, an endless stream whose batches run on over the ends of epochs; else each
            clip once, the last batch of each length may be smaller.
        num_buckets: int, lengths (so shapes) to use at most.
        batch_multiple: int, batch sizes are multiples of it.
        language_alpha: float in [0, 1] or None. With `repeat`, languages are drawn with
            probabilities proportional to (n_l / N)^alpha, n_l their audio; see `data.mixing`.
        augmentation: data.augmentation.Augmentation or None.
        part: data.parts.Part, to read a share of the shards and make that share of each batch;
            None reads all. Only with `repeat`.

    Returns:
        tf.data.Dataset of {"waveform": float32 [batch, samples] in [-1, 1], "length": int32
        [batch], each equal to samples}. Takes at most `num_buckets` shapes.

    Raises:
        UserError: damaged shards, no clip long enough, limits that contradict each other.
    """
    import tensorflow as tf

    plan_of = functools.partial(
        plans.pretraining,
        batch_seconds=batch_seconds,
        max_seconds=max_seconds,
        min_seconds=min_seconds,
        num_buckets=num_buckets,
        batch_multiple=_multiple(batch_multiple, part),
        language_alpha=language_alpha,
    )
    indexes, plan, seed = _read_by(part, shards.load_all(shards_folder), plan_of, seed)
    least = plans.least_samples(min_seconds)
    boundaries = tf.constant(plan.boundaries, tf.int64)

    change_speed = augmenting.speed_changer(augmentation, seed, least=boundaries[0])

    def crop(number, record):
        pcm = change_speed(number, records.pcm(record["audio"]))
        samples = tf.size(pcm, out_type=tf.int64)
        found = tf.searchsorted(boundaries, samples[None], side="right", out_type=tf.int64)
        bucket = found[0] - 1
        width = boundaries[bucket]
        offset = tf.random.stateless_uniform(
            [], [seed, number], maxval=samples - width + 1, dtype=tf.int64
        )
        return bucket, {"waveform": pcm[offset : offset + width]}

    def with_length(batch):
        waveform = stream.to_float(batch["waveform"])
        shape = tf.shape(waveform)
        return {"waveform": waveform, "length": tf.fill(shape[:1], shape[1])}

    def keep(record):
        return record["num_samples"] >= least

    dataset = stream.clips(indexes, seed, shuffle, repeat, keep, plan.mixture)
    dataset = dataset.enumerate().map(crop, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = augmenting.with_noise(dataset, augmentation, seed)
    dataset = stream.batch(dataset, plan, lambda bucket: {"waveform": [boundaries[bucket]]})
    dataset = dataset.map(with_length, num_parallel_calls=2)
    return stream.finish(dataset, plan, repeat, augmentation)


def ctc_batches(
    shards_folder,
    vocabulary,
    normalizer=None,
    *,
    batch_seconds,
    max_seconds,
    seed,
    shuffle=True,
    repeat=True,
    num_buckets=4,
    batch_multiple=1,
    allow_unknown=False,
    language_alpha=None,
    augmentation=None,
    part=None,
):
    """Batches for fine-tuning: labelled clips, padded to their bucket's length.

    All transcripts are checked against the vocabulary before the first batch.

    Args:
        shards_folder: str, path, or list of them.
        vocabulary: Vocabulary.
        normalizer: TextNormalizer or None, applied to the transcripts.
        batch_seconds: float, seconds of audio in a batch at most, padding included.
        max_seconds: float, longer clips are left out, as are clips without transcript (a
            warning counts both).
        seed, shuffle, repeat, num_buckets, batch_multiple: as in `pretraining_batches`.
        allow_unknown: bool, read characters outside the vocabulary as its unknown token.
        language_alpha, augmentation, part: as in `pretraining_batches`.

    Returns:
        tf.data.Dataset of ({"waveform": float32 [batch, samples], "length": int32 [batch]},
        {"labels": int32 [batch, labels], "label_length": int32 [batch]}), zero behind the
        lengths. Takes at most `num_buckets` shapes, and as many more for the last, smaller
        batches where it does not repeat.

    Raises:
        UserError: damaged shards, characters outside the vocabulary, no labelled clip.
    """
    import tensorflow as tf

    from keras_w2v2.text.labels import label_encoder

    plan_of = functools.partial(
        plans.ctc,
        vocabulary=vocabulary,
        normalizer=normalizer,
        batch_seconds=batch_seconds,
        max_seconds=max_seconds,
        num_buckets=num_buckets,
        batch_multiple=_multiple(batch_multiple, part),
        allow_unknown=allow_unknown,
        language_alpha=language_alpha,
        speeds=augmentation.speeds if augmentation else (1.0,),
    )
    indexes, plan, seed = _read_by(part, shards.load_all(shards_folder), plan_of, seed)
    most = plans.samples_of(max_seconds)
    boundaries = tf.constant(plan.boundaries, tf.int64)
    label_lengths = tf.constant(plan.label_lengths, tf.int64)
    encode = label_encoder(vocabulary, normalizer, allow_unknown)

    change_speed = augmenting.speed_changer(augmentation, seed, most=boundaries[-1])

    def keep(record):
        return (record["num_samples"] <= most) & (record["transcript"] != "")

    def labelled(number, record):
        pcm, labels = (
            change_speed(number, records.pcm(record["audio"])),
            encode(record["transcript"]),
        )
        lengths = {"length": tf.size(pcm), "label_length": tf.size(labels)}
        return {"waveform": pcm, "labels": labels} | lengths

    def to_bucket(clip):
        length = tf.cast(clip["length"], tf.int64)
        return tf.searchsorted(boundaries, length[None], side="left", out_type=tf.int64)[0], clip

    def shapes(bucket):
        padded = {"waveform": [boundaries[bucket]], "labels": [label_lengths[bucket]]}
        return padded | {"length": [], "label_length": []}

    dataset = stream.clips(indexes, seed, shuffle, repeat, keep, plan.mixture)
    dataset = dataset.enumerate().map(labelled, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.filter(lambda clip: clip["label_length"] > 0).map(to_bucket)
    dataset = augmenting.with_noise(dataset, augmentation, seed)
    dataset = stream.batch(dataset, plan, shapes)
    dataset = dataset.map(_inputs_and_targets, num_parallel_calls=2)
    return stream.finish(dataset, plan, repeat, augmentation)


def clips(shards_folder):
    """Yields every clip of the shards, in their order, for evaluation.

    Args:
        shards_folder: str, path, or list of them.

    Yields:
        records.Clip with a float32 waveform.

    Raises:
        UserError: damaged shards.
    """
    import tensorflow as tf

    for index in shards.load_all(shards_folder):
        try:
            for record in tf.data.TFRecordDataset(index.files).as_numpy_iterator():
                yield records.read(record)
        except tf.errors.DataLossError:
            index.verify()  # names the damaged file
            raise


def _multiple(batch_multiple, part):
    """Returns what batch sizes of all readers together are multiples of (int)."""
    return batch_multiple * (1 if part is None else part.count)


def _read_by(part, indexes, plan_of, seed):
    """Returns what a reader reads, the plan of its batches, and its seed; warns of clips left out.

    Args:
        part: parts.Part, or None for all.
        indexes: list of ShardIndex, all of them.
        plan_of: function of a list of ShardIndex to its BatchPlan.
        seed: int.
    """
    plan = plan_of(indexes)
    plans.warn(plan)
    if part is None:
        return indexes, plan, seed
    parts.require_clips(indexes, part.count, plan_of, plan.mixture)
    return part.of(indexes), part.batches_of(plan), part.seed_of(seed)


def _inputs_and_targets(batch):
    inputs = {"waveform": stream.to_float(batch["waveform"]), "length": batch["length"]}
    return inputs, {key: batch[key] for key in ("labels", "label_length")}
