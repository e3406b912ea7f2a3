"""The optimizer of a run: Adam with a schedule, as fairseq uses it."""

import keras

from keras_w2v2.training import schedules


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
    return keras.optimizers.AdamW(
        rate,
        weight_decay=options.weight_decay,
        beta_1=options.beta_1,
        beta_2=options.beta_2,
        epsilon=options.epsilon,
        global_clipnorm=options.clip_norm,
    )
