"""AdamW whose update needs no memory of its own (TensorFlow)."""

import contextlib

import keras


@keras.saving.register_keras_serializable(package="keras_w2v2")
class InPlaceAdamW(keras.optimizers.AdamW):
    """AdamW (Loshchilov and Hutter 2019) with TensorFlow's own Adam kernel, weight after weight.

    Keras' AdamW makes some four arrays of each weight's size, and TensorFlow runs what is ready
    first: the first step for every weight, then the next, so that copies of many weights are held
    at once, half a gigabyte with BASE. Here one weight is decayed and updated after the other. On
    other backends, and with `amsgrad`, it is Keras' own.

    Args:
        *args, **kwargs: as for `keras.optimizers.AdamW`.

    Example:
        >>> model.compile(optimizer=InPlaceAdamW(5e-4, weight_decay=0.01))
    """

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        self._order = _Order()
        # From the last layer to the first, as the gradients come and can be let go of.
        super()._backend_update_step(grads[::-1], trainable_variables[::-1], learning_rate)
        self._order = None

    def _apply_weight_decay(self, variables):
        if not self._in_place():  # else `update_step` decays
            super()._apply_weight_decay(variables)

    def update_step(self, gradient, variable, learning_rate):
        if not self._in_place():
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf

        index = self._get_variable_index(variable)
        with self._order.next_on(variable.device) as (shared, done):
            if variable.dtype not in shared:
                shared[variable.dtype] = self._scalars(learning_rate, variable.dtype)
            decay, scalars = shared[variable.dtype]
            if self.weight_decay and self._use_weight_decay(variable):
                variable.assign_sub(variable * decay)
            update = tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self._momentums[index].value.handle,
                v=self._velocities[index].value.handle,
                grad=tf.cast(gradient, variable.dtype),
                **scalars,
            )
            done(update)

    def _scalars(self, learning_rate, dtype):
        """Returns what every weight of one dtype is updated with: its decay, the kernel's rest."""
        import tensorflow as tf

        rate = tf.cast(learning_rate, dtype)
        step = keras.ops.cast(self.iterations + 1, dtype)
        fixed = {"beta1": self.beta_1, "beta2": self.beta_2, "epsilon": self.epsilon}
        scalars = {name: tf.constant(value, dtype) for name, value in fixed.items()}
        powers = {f"{name}_power": scalars[name] ** step for name in ("beta1", "beta2")}
        return (self.weight_decay or 0.0) * rate, scalars | powers | {"lr": rate}

    def _in_place(self):
        return keras.backend.backend() == "tensorflow" and not self.amsgrad


class _Order:
    """Lets the updates on one device wait for each other, and keeps what they share."""

    def __init__(self):
        self._last, self._shared = {}, {}

    @contextlib.contextmanager
    def next_on(self, device):
        """Context of an update after the last one.

        Gives a dict that all updates on the device see, and a function that takes the operation
        of this one.
        """
        import tensorflow as tf

        with tf.control_dependencies(self._last.get(device, [])):
            # Run eagerly there is no operation to wait for.
            yield (
                self._shared.setdefault(device, {}),
                lambda update: self._last.update({device: [] if update is None else [update]}),
            )
