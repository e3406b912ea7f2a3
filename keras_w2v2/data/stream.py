"""The moving parts of the input pipeline: records in order, buckets, batches."""

import tensorflow as tf

from keras_w2v2.data import mixing, records

_SHUFFLE_BYTES = 128 << 20  # audio waiting in the shuffle buffer, at most
_LEAST_SHUFFLED = 64  # clips, however long
_PARALLEL_FILES = 4


def clips(indexes, seed, shuffle, repeat, keep, mixture=None):
    """Returns a dataset of the parsed records that `keep` lets through.

    Args:
        indexes, seed, shuffle, repeat: as for `epochs`.
        keep: function of a parsed record to a bool tensor.
        mixture: mixing.Mixture or None. With one, and `repeat`, each language is a stream of its
            own from which clips are drawn. Shards of one language each are read once; shards of
            many are read by the stream of each.
    """
    if mixture is None or not repeat:
        return epochs(indexes, seed, shuffle, repeat).filter(keep)
    streams = []
    for number, language in enumerate(mixture.languages):
        own = [index for index in indexes if language in index.languages()]
        stream = epochs(own, seed + number + 1, shuffle, repeat, len(mixture.languages))
        if any(len(index.languages()) > 1 for index in own):
            stream = stream.filter(lambda record, name=language: record["language"] == name)
        streams.append(stream.filter(keep))
    return mixing.mixed(streams, mixture, seed)


def epochs(indexes, seed, shuffle, repeat, sharing=1):
    """Returns a dataset of parsed records: of one epoch, or without end.

    Each epoch's order is drawn from (seed, epoch) alone, window by window. `Dataset.shuffle`
    would mix in TensorFlow's global seed, and with `reshuffle_each_iteration` keep its state in
    the dataset object, so that iterating it a second time would give another order.

    Args:
        indexes: list of ShardIndex.
        seed: int.
        shuffle, repeat: bool.
        sharing: int, streams that share the memory for shuffling.
    """
    files = tf.constant([file for index in indexes for file in index.files])
    count = max(1, sum(index.clips for index in indexes))
    mean_bytes = max(1, sum(shard.bytes for index in indexes for shard in index.shards) // count)
    room = _SHUFFLE_BYTES // mean_bytes // sharing
    buffer = min(count, max(-(-_LEAST_SHUFFLED // sharing), room))

    def epoch(number):
        if not shuffle:
            return tf.data.TFRecordDataset(files)
        order = tf.random.experimental.stateless_shuffle(files, [seed, number])
        reads = min(_PARALLEL_FILES, len(files))
        windows = tf.data.TFRecordDataset(order, num_parallel_reads=reads).batch(buffer)

        def shuffled(window, clips):
            return tf.random.experimental.stateless_shuffle(clips, [seed + window, number])

        return windows.enumerate().map(shuffled).unbatch()

    numbers = tf.data.Dataset.counter() if repeat else tf.data.Dataset.range(1)
    return numbers.flat_map(epoch).map(records.parse, num_parallel_calls=tf.data.AUTOTUNE)


def batch(dataset, plan, shapes):
    """Batches the clips of each bucket apart, padded to the bucket's shape.

    A batch is complete unless the stream ends, so that an endless stream has one shape a bucket.

    Args:
        dataset: of (bucket int64, dict of tensors).
        plan: BatchPlan.
        shapes: function of a bucket (int64 tensor) to the dict of padded shapes.
    """
    sizes = tf.constant(plan.batch_sizes, tf.int64)

    def to_batch(bucket, window):
        clips = window.map(lambda _, clip: clip)
        return clips.padded_batch(sizes[bucket], padded_shapes=shapes(bucket))

    return dataset.group_by_window(
        key_func=lambda bucket, _: bucket,
        reduce_func=to_batch,
        window_size_func=lambda bucket: sizes[bucket],
    )


def to_float(waveform):
    """Returns int16 samples as float32 in [-1, 1)."""
    return tf.cast(waveform, tf.float32) / 32768.0


def finish(dataset, plan, repeat, augmentation=None):
    """Tells the dataset what is known of it, and lets it run ahead of the training.

    How many batches one pass makes is not known where clips change their buckets by their speed.
    """
    if repeat and len(plan.boundaries) == 1:
        dataset = dataset.map(lambda *parts: _with_static_shapes(parts, plan))
    if repeat or augmentation is None or not augmentation.changes_lengths:
        length = tf.data.INFINITE_CARDINALITY if repeat else plan.batches
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(length))
    options = tf.data.Options()
    options.deterministic = True
    # Workers take their rows (or `parts`) by themselves: shards may be fewer than workers.
    policy = tf.data.experimental.AutoShardPolicy.DATA
    options.experimental_distribute.auto_shard_policy = policy
    return dataset.with_options(options).prefetch(tf.data.AUTOTUNE)


def _with_static_shapes(parts, plan):
    """Fixes the shapes where only one bucket, so only one shape, exists."""
    widths = {"waveform": plan.boundaries, "labels": plan.label_lengths}

    def fixed(key, value):
        return tf.ensure_shape(value, [plan.batch_sizes[0], *widths.get(key, ())])

    fixed_parts = tuple({key: fixed(key, part[key]) for key in part} for part in parts)
    return fixed_parts[0] if len(fixed_parts) == 1 else fixed_parts
