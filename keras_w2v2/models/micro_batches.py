"""The gradient of a batch from its parts, one after the other: in the memory of one (TensorFlow).

The loss of a batch is a function of sums over its clips (`objectives.totals`). What that function
divides by, and the code probabilities whose entropy it takes, are summed over all parts first; then
the loss is linear in the sums of each part, and gradients add up to that of the whole batch. Means
of the parts' losses would not: parts have unequal numbers of masked frames, and the diversity loss
of a part is not that of the batch.
"""


def split(batch, count):
    """Splits the rows of a batch into parts of one size.

    Args:
        batch: nest of tensors [rows, ...].
        count: int, parts.

    Returns:
        the nest of tensors [count, ceil(rows / count), ...]; rows of zeros (clips of length 0,
        which add nothing to a sum) fill up the last part.
    """
    import tensorflow as tf

    def parts(x):
        x = tf.convert_to_tensor(x)  # run eagerly, Keras hands over numpy arrays
        rows = tf.shape(x)[0]
        size = -(-rows // count)
        x = tf.pad(x, [[0, size * count - rows]] + [[0, 0]] * (x.shape.rank - 1))
        return tf.reshape(x, tf.concat([[count, size], tf.shape(x)[1:]], axis=0))

    return tf.nest.map_structure(parts, batch)


def total(function, parts, count, zeros, within):
    """Returns the sum of `function(part)` over the parts.

    Args:
        function: takes a part, returns a nest of tensors.
        parts: what `split` returns.
        count: int, parts.
        zeros: nest of tensors, as `function` returns it, to start from.
        within: function of a part that returns the context in which `function` takes it.
    """
    import tensorflow as tf

    def add(i, sums):
        part = tf.nest.map_structure(lambda x: x[i], parts)
        with within(part):
            return i + 1, tf.nest.map_structure(tf.add, sums, function(part))

    # One at a time: two parts side by side would take the memory of two.
    _, sums = tf.while_loop(lambda i, _: i < count, add, (0, zeros), parallel_iterations=1)
    return sums


def gradients(function, slopes, parts, count, zeros, variables, scale, within):
    """Returns the gradients of `slopes` . sum of `function(part)`, and that sum.

    Args:
        function: takes a part, returns a dict of tensors; differentiable.
        slopes: dict of tensors, the derivative of the loss by each sum; sums without one are left
            out of the loss.
        parts: what `split` returns.
        count: int, parts.
        zeros: dict of tensors, as `function` returns it.
        variables: list of variables.
        scale: function of a scalar, the optimizer's `scale_loss`.
        within: as for `total`.

    Returns:
        (list of tensors, None for a variable that takes no part; dict of sums).
    """
    import tensorflow as tf

    unconnected = []

    def of_part(part):
        with tf.GradientTape() as tape:
            sums = function(part)
            loss = scale(sum(tf.reduce_sum(slopes[name] * sums[name]) for name in slopes))
        found = tape.gradient(loss, variables)
        unconnected[:] = [g is None for g in found]
        pairs = zip(found, variables, strict=True)
        return [tf.zeros_like(v) if g is None else tf.convert_to_tensor(g) for g, v in pairs], sums

    start = [tf.zeros_like(variable) for variable in variables], zeros
    added, sums = total(of_part, parts, count, start, within)
    return [None if no else g for g, no in zip(added, unconnected, strict=True)], sums
