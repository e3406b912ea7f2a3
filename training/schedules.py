"""Learning rates by update."""

import keras
from keras import ops

from keras_w2v2.errors import UserError


@keras.saving.register_keras_serializable(package="keras_w2v2")
class WarmupLinear(keras.optimizers.schedules.LearningRateSchedule):
    """Linear from 0 to the peak over the warm-up, then linear to 0 at the last update.

    As fairseq's `polynomial_decay` with power 1.

    Args:
        peak_rate: float.
        warmup_updates: int, 0 for none.
        updates: int, the last update.

    Example:
        >>> float(WarmupLinear(1e-3, 100, 1100)(600))
        0.0005
    """

    def __init__(self, peak_rate, warmup_updates, updates):
        super().__init__()
        if not 0 <= warmup_updates <= updates:
            raise UserError(f"warmup_updates {warmup_updates} must lie in 0..{updates} (updates)")
        self.peak_rate = float(peak_rate)
        self.warmup_updates, self.updates = int(warmup_updates), int(updates)

    def __call__(self, update):
        update = ops.cast(update, "float32")
        rising = update / max(self.warmup_updates, 1)
        falling = (self.updates - update) / max(self.updates - self.warmup_updates, 1)
        share = ops.where(update < self.warmup_updates, rising, ops.clip(falling, 0.0, 1.0))
        return self.peak_rate * share

    def get_config(self):
        return {
            "peak_rate": self.peak_rate,
            "warmup_updates": self.warmup_updates,
            "updates": self.updates,
        }


@keras.saving.register_keras_serializable(package="keras_w2v2")
class TriStage(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up from a share of the peak, hold, exponential decay to another share.

    As fairseq's `tri_stage`; the decay takes the updates that warm-up and hold leave.

    Args:
        peak_rate: float.
        updates: int, the last update.
        warmup_fraction, hold_fraction: float, shares of the updates.
        initial_scale, final_scale: float, shares of the peak rate at the start and at the end.

    Example:
        >>> float(TriStage(1e-4, 1000)(300))  # in the hold
        0.0001
    """

    def __init__(
        self,
        peak_rate,
        updates,
        warmup_fraction=0.1,
        hold_fraction=0.4,
        initial_scale=0.01,
        final_scale=0.05,
    ):
        super().__init__()
        if min(initial_scale, final_scale) <= 0:
            raise UserError("initial_scale and final_scale must be above 0")
        if warmup_fraction + hold_fraction > 1:
            raise UserError("warmup_fraction and hold_fraction must add up to at most 1")
        self.peak_rate, self.updates = float(peak_rate), int(updates)
        self.warmup_fraction, self.hold_fraction = float(warmup_fraction), float(hold_fraction)
        self.initial_scale, self.final_scale = float(initial_scale), float(final_scale)

    def __call__(self, update):
        update = ops.cast(update, "float32")
        warmup = int(self.warmup_fraction * self.updates)
        hold_end = warmup + int(self.hold_fraction * self.updates)
        rising = self.initial_scale + (1.0 - self.initial_scale) * update / max(warmup, 1)
        decayed = ops.clip((update - hold_end) / max(self.updates - hold_end, 1), 0.0, 1.0)
        falling = ops.power(self.final_scale, decayed)
        return self.peak_rate * ops.where(update < warmup, rising, falling)

    def get_config(self):
        return {
            "peak_rate": self.peak_rate,
            "updates": self.updates,
            "warmup_fraction": self.warmup_fraction,
            "hold_fraction": self.hold_fraction,
            "initial_scale": self.initial_scale,
            "final_scale": self.final_scale,
        }
