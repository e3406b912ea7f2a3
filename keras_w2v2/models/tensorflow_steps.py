"""The train and test steps of the task models with TensorFlow: on replicas, and part by part."""

import contextlib

import keras

from keras_w2v2.layers import noise
from keras_w2v2.models import micro_batches, replicas
from keras_w2v2.models.worker_fit import WorkerFit


class TensorFlowSteps(WorkerFit):
    """`train_step` and `test_step` of a `TaskModel`, whose methods they call."""

    def train_step(self, data):
        """One update. The loss is normalised over the clips of all parts and replicas."""
        batch, begun = self._unpack(data), self.begin(training=True)
        figures, counts, gradients = self._gradients(batch, self._rows(batch), begun)
        norm = replicas.global_gradient_norm(gradients) / self.optimizer.scale_loss(1.0)
        figures["gradient_norm"], counts["gradient_norm"] = norm, counts["loss"]
        if isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer):
            self._leave_out_overflow(norm, figures, counts)
            gradients = replicas.overflown_alike(gradients, norm)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        if isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer):
            self._count_every_update(begun)
        return self.record(figures, counts)

    def _leave_out_overflow(self, norm, figures, counts):
        """The norm of an update that overflowed says nothing: the scale was too high."""
        finite = keras.ops.isfinite(norm)
        figures["gradient_norm"] = keras.ops.where(finite, norm, 0.0)
        counts["gradient_norm"] *= keras.ops.cast(finite, "float32")

    def _count_every_update(self, begun):
        """Counts an update that overflowed too: its data, rate and temperature are used up."""
        inner = self.optimizer.inner_optimizer
        if not inner.gradient_accumulation_steps:
            inner.iterations.assign(begun["updates"] + 1)

    def test_step(self, data):
        """Figures of one batch without dropout, noise, or masks drawn anew."""
        batch, begun = self._unpack(data), self.begin(training=False)
        sums = self.sums(batch, self._rows(batch), begun, training=False)
        return self.record(*self.figures_of(replicas.sum_over_replicas(sums), begun))

    def _unpack(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        return replicas.never_empty(self.batch_of(x, y))

    def _rows(self, batch):
        import tensorflow as tf

        return replicas.global_rows(tf.shape(tf.nest.flatten(batch)[0])[0])

    def _gradients(self, batch, rows, begun):
        """Returns (figures, counts, gradient of each trainable variable)."""
        import tensorflow as tf

        if self.micro_batches > 1:
            return self._gradients_by_parts(batch, rows, begun)
        with replicas.noise_of(rows):  # around the gradient too, which may compute a layer again
            with tf.GradientTape() as tape:
                sums = replicas.sum_over_replicas(self.sums(batch, rows, begun, training=True))
                figures, counts = self.figures_of(sums, begun)
                # Every replica differentiates the global loss, and the optimizer sums gradients.
                loss = self.optimizer.scale_loss(figures["loss"] / replicas.replica_count())
            return figures, counts, tape.gradient(loss, self.trainable_variables)

    def _gradients_by_parts(self, batch, rows, begun):
        import tensorflow as tf

        count, zeros = self.micro_batches, self.zero_sums()
        parts = micro_batches.split((batch, rows), count)
        draws = self._draws_of_the_batch()
        known = {name: zeros[name] for name in self.known_names}
        known = micro_batches.total(
            lambda part: self.known_sums(*part, begun), parts, count, known, draws
        )
        totals = zeros | replicas.sum_over_replicas(known)
        with tf.GradientTape() as tape:
            tape.watch(totals)
            loss = self.figures_of(totals, begun)[0]["loss"]
        slopes = {k: v for k, v in tape.gradient(loss, totals).items() if v is not None}
        gradients, sums = micro_batches.gradients(
            lambda part: self.sums(*part, begun, training=True),
            slopes,
            parts,
            count,
            zeros,
            self.trainable_variables,
            self.optimizer.scale_loss,
            draws,
        )
        figures, counts = self.figures_of(replicas.sum_over_replicas(sums), begun)
        return figures, counts, gradients

    def _draws_of_the_batch(self):
        """Returns a context for each part, in which it draws what the batch in one piece would."""
        import tensorflow as tf

        states = self.seed_states()
        before = [tf.identity(keras.ops.convert_to_tensor(state)) for state in states]

        @contextlib.contextmanager
        def draws(part):
            for state, value in zip(states, before, strict=True):
                state.assign(value)
            with noise.of_rows(part[1]):
                yield

        return draws
