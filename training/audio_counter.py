"""Counts the audio that flows through a dataset, in the graph."""

import tensorflow as tf

from keras_w2v2.frames import SAMPLE_RATE


class AudioCounter:
    """Counts the samples of every batch that a dataset hands out.

    Args:
        dataset: tf.data.Dataset of batches, dicts of "waveform" and "length" or pairs that
            begin with such a dict.

    Attributes:
        dataset: the same batches; use this one in place of the original.

    Example:
        >>> audio = AudioCounter(dataset)
        >>> model.fit(audio.dataset, steps_per_epoch=10)
        >>> audio.seconds()
    """

    def __init__(self, dataset):
        with tf.device("CPU:0"):
            self._samples = tf.Variable(0, dtype=tf.int64, trainable=False)

        def count(*batch):
            lengths = batch[0]["length"]
            added = self._samples.assign_add(tf.reduce_sum(tf.cast(lengths, tf.int64)))
            with tf.control_dependencies([added]):
                return tf.nest.map_structure(tf.identity, batch[0] if len(batch) == 1 else batch)

        self.dataset = dataset.map(count).prefetch(2)

    def seconds(self):
        """Returns the seconds of audio so far, padding not counted (float)."""
        return int(self._samples) / SAMPLE_RATE
