"""How long the training step waits for its input, measured in the graph."""

import tensorflow as tf


class InputWait:
    """Times how long each batch of its datasets lets its reader wait.

    Example:
        >>> wait = InputWait()
        >>> model.fit(wait.timed(dataset.prefetch(2)), steps_per_epoch=10)
        >>> wait.seconds()
    """

    def __init__(self):
        with tf.device("CPU:0"):
            self._seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)

    def timed(self, dataset):
        """Returns a tf.data.Dataset of the same batches; put no prefetch behind it.

        Args:
            dataset: tf.data.Dataset; should end in a prefetch, or all its work counts as waiting.
        """

        def add(asked, batch, got):
            added = self._seconds.assign_add(got - asked)
            with tf.control_dependencies([added]):
                return tf.nest.map_structure(tf.identity, batch)

        # A zip asks its datasets one after the other, in the reader's own thread: the clock
        # before the batch, the batch, the clock behind it.
        clock = tf.data.Dataset.counter().map(lambda _: tf.timestamp())
        options = tf.data.Options()
        options.experimental_optimization.inject_prefetch = False  # its thread would wait instead
        return tf.data.Dataset.zip((clock, dataset, clock)).map(add).with_options(options)

    def seconds(self):
        """Returns the seconds waited so far (float)."""
        return float(self._seconds)
