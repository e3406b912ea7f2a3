"""Counts the audio that flows through datasets, in the graph."""

import tensorflow as tf

from keras_w2v2.frames import SAMPLE_RATE


class AudioCounter:
    """Counts the samples of every batch that its datasets hand out.

    Args:
        parts: int, workers that each make such a part of the batch; all of it is counted.

    Example:
        >>> audio = AudioCounter()
        >>> model.fit(audio.counted(dataset), steps_per_epoch=10)
        >>> audio.seconds()
    """

    def __init__(self, parts=1):
        self._parts = parts
        with tf.device("CPU:0"):
            self._samples = tf.Variable(0, dtype=tf.int64, trainable=False)

    def counted(self, dataset):
        """Returns a tf.data.Dataset of the same batches, which are counted on their way.

        Args:
            dataset: of batches, dicts of "waveform" and "length" or pairs that begin with such a
                dict.
        """

        def count(*batch):
            lengths = batch[0]["length"]
            added = self._samples.assign_add(tf.reduce_sum(tf.cast(lengths, tf.int64)))
            with tf.control_dependencies([added]):
                return tf.nest.map_structure(tf.identity, batch[0] if len(batch) == 1 else batch)

        return dataset.map(count).prefetch(2)

    def seconds(self):
        """Returns the seconds of audio so far, padding not counted (float)."""
        return self._parts * int(self._samples) / SAMPLE_RATE
