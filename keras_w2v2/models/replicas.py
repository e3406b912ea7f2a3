"""What a train step needs to know of the other replicas (TensorFlow)."""

import contextlib

from keras_w2v2.layers import noise

_ROWS = 8
_MANY = 1 << 16  # numbers, of which a plain sum is slow


def sum_over_replicas(tensors):
    """Returns a nest of tensors summed over all replicas; differentiable.

    With one replica, or outside a strategy's step, the tensors come back as they are.
    """
    import tensorflow as tf

    replica = tf.distribute.get_replica_context()
    if replica is None or replica.num_replicas_in_sync == 1:
        return tensors
    return replica.all_reduce(tf.distribute.ReduceOp.SUM, tensors)


def replica_count():
    """Returns how many replicas compute the same step (int)."""
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync


def never_empty(batch):
    """Gives a replica without a clip one of length 0; every other replica's batch stays.

    The last batch of an epoch may hold fewer clips than there are replicas, but all of them must
    take part in its sums, and a convolution refuses a batch of none.

    Args:
        batch: nest of tensors [batch, ...].
    """
    import tensorflow as tf

    if replica_count() == 1:
        return batch

    def pad(rows):
        missing = tf.cast(tf.shape(rows)[0] == 0, "int32")
        return tf.pad(rows, [[0, missing]] + [[0, 0]] * (rows.shape.rank - 1))

    return tf.nest.map_structure(pad, batch)


def global_rows(batch):
    """Returns int32 [batch], the index of each clip in the batch of all replicas."""
    import tensorflow as tf

    replica = tf.distribute.get_replica_context()
    if replica is None or replica.num_replicas_in_sync == 1:
        return tf.range(batch)
    # The sizes are exchanged, because the last batch of an epoch may be split unevenly.
    own = tf.one_hot(replica.replica_id_in_sync_group, replica.num_replicas_in_sync)
    sizes = replica.all_reduce(tf.distribute.ReduceOp.SUM, own * tf.cast(batch, "float32"))
    first = tf.reduce_sum(sizes * (tf.cumsum(own, reverse=True) - own))
    return tf.range(batch) + tf.cast(first, "int32")


def noise_of(rows):
    """Returns the context in which dropout is that of the batch of all replicas.

    Args:
        rows: what `global_rows` returns.
    """
    return contextlib.nullcontext() if replica_count() == 1 else noise.of_rows(rows)


def global_gradient_norm(gradients):
    """Returns the norm of the gradients summed over replicas, as the optimizer will sum them."""
    import tensorflow as tf

    summed = sum_over_replicas([g for g in gradients if g is not None])
    return tf.sqrt(tf.add_n([_squared_norm(gradient) for gradient in summed]))


def _squared_norm(tensor):
    """Returns the sum of the squares.

    Of many as a matrix product: of a plain sum XLA writes the squares to memory and adds them up
    in windows, 0.15 s for BASE on a CPU. Of a product of vectors it makes a loop as slow.
    """
    import tensorflow as tf

    tensor = tf.cast(tensor, tf.float32)
    if tensor.shape.num_elements() < _MANY or tensor.shape.num_elements() % _ROWS:
        return tf.reduce_sum(tf.square(tensor))
    rows = tf.reshape(tensor, [_ROWS, -1])
    return tf.linalg.trace(tf.matmul(rows, rows, transpose_b=True))


def overflown_alike(gradients, norm):
    """Returns gradients that are all NaN on every replica when `norm`, that of their sum, is none.

    Keras leaves an update out by a look at the gradients of one replica, which may be finite
    where those of another are not.
    """
    import tensorflow as tf

    if replica_count() == 1:
        return gradients
    factor = tf.where(tf.math.is_finite(norm), 1.0, float("nan"))
    return [g if g is None else g * tf.cast(factor, g.dtype) for g in gradients]
