"""The optimizer of a run: Adam with a schedule, as fairseq uses it, and averaged weights."""

import keras

from keras_w2v2.training import schedules
from keras_w2v2.training.in_place_adamw import InPlaceAdamW


def pretraining(options):
    """Returns AdamW with warm-up and linear decay.

    Args:
        options: configuration.PretrainOptimizer.
    """
    rate = schedules.WarmupLinear(options.peak_rate, options.warmup_updates, options.updates)
    return _adam(rate, options)


def finetuning(options):
    """Returns Adam with the tri-stage rate.

    Args:
        options: configuration.FinetuneOptimizer.
    """
    rate = schedules.TriStage(
        options.peak_rate,
        options.updates,
        options.warmup_fraction,
        options.hold_fraction,
        options.initial_scale,
        options.final_scale,
    )
    return _adam(rate, options)


def _adam(rate, options):
    # Weight decay reaches every weight, biases and norms too, as in fairseq.
    averages = {"use_ema": True, "ema_momentum": options.ema_momentum}
    return AveragingAdamW(
        rate,
        weight_decay=options.weight_decay,
        beta_1=options.beta_1,
        beta_2=options.beta_2,
        epsilon=options.epsilon,
        global_clipnorm=options.clip_norm,
        **(averages if options.ema_momentum else {}),
    )


@keras.saving.register_keras_serializable(package="keras_w2v2")
class AveragingAdamW(InPlaceAdamW):
    """AdamW whose exponential average of the weights stands aside until it is asked for.

    Keras puts the average in the place of the weights whenever `fit` ends; a run may call `fit`
    several times, and carries on from the weights themselves.

    Args:
        *args, **kwargs: as for `InPlaceAdamW`; `use_ema` keeps the average, taken after
            every update with `ema_momentum`.
    """

    def finalize_variable_values(self, var_list):
        pass

    def put_average(self, variables):
        """Puts the average into the model's trainable variables; nothing without `use_ema`."""
        if self.use_ema:
            super().finalize_variable_values(variables)


def doubt(options):
    """Returns why the averaged weights may be worse than the last ones (str), None where not.

    The average begins with the first update's weights, which then fade like any others.

    Args:
        options: configuration.Optimizer.
    """
    left = (options.ema_momentum or 0.0) ** options.updates
    if left < 0.01:
        return None
    shorter = 1 - float(f"{20 / options.updates:.1g}")  # over a twentieth of the run
    way_out = f"give {shorter:g}" if shorter >= 0.5 else "leave it out of a run this short"
    return (
        f"the first update's weights are {left:.0%} of the average that optimizer.ema_momentum="
        f"{options.ema_momentum:g} makes in {options.updates} updates, and the final model may be "
        f"worse than the last weights: {way_out}"
    )


def put_average(model):
    """Gives a trained model its averaged weights, where the optimizer has any.

    Args:
        model: compiled task model.
    """
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if isinstance(optimizer, AveragingAdamW):
        optimizer.put_average(model.trainable_variables)
