"""Makes Keras' `fit` and `evaluate` work on several replicas and workers (TensorFlow).

Keras 3.15 has two faults there. Before the first step it calls the model on per-replica values to
build it: with several workers that fails, with one it fails where replicas have unequal batches.
And with several workers it averages scalar figures over `axis=0`, which they do not have.
"""


class WorkerFit:
    """Goes before `keras.Model` among the bases of a model that is built when it is made."""

    def _maybe_symbolic_build(self, *args, **kwargs):
        # For a built model this would also take a batch from the stream, for nothing.
        if not self.built:
            super()._maybe_symbolic_build(*args, **kwargs)

    def make_train_function(self, force=False):
        if not _has_workers(self):
            return super().make_train_function(force)
        if self.train_function is None or force:
            self.train_function = _over_workers(self, self.train_step)
        return self.train_function

    def make_test_function(self, force=False):
        if not _has_workers(self):
            return super().make_test_function(force)
        if self.test_function is None or force:
            self.test_function = _over_workers(self, self.test_step)
        return self.test_function


def _has_workers(model):
    import tensorflow as tf

    return isinstance(model.distribute_strategy, tf.distribute.MultiWorkerMirroredStrategy)


def _over_workers(model, step):
    """Returns a function of an iterator that runs steps on all replicas of all workers."""
    import tensorflow as tf

    strategy = model.distribute_strategy

    @tf.autograph.experimental.do_not_convert
    def function(iterator):
        for _ in range(model.steps_per_execution):
            figures = strategy.run(step, args=(next(iterator),))
        # They come from sums over all replicas, so every replica has the same.
        return {name: strategy.experimental_local_results(v)[0] for name, v in figures.items()}

    return function if model.run_eagerly else tf.function(function, reduce_retracing=True)
