"""The `guard` section of a configuration: when a run counts as unhealthy, and what then."""

from typing import Annotated, Literal

from pydantic import Field

from keras_w2v2.training.configuration.field_types import NotNegative, Section, Share


class Guard(Section):
    """What both tasks have; it changes no weight, so a run may carry on with another."""

    action: Literal["stop", "warn", "off"] = "stop"
    # Healthy norms rise too: 14 times their least while a small model learns (docs/results.md).
    gradient_rise: Annotated[float, Field(gt=1, allow_inf_nan=False)] = 100.0


class PretrainGuard(Guard):
    """Pre-training has codebooks that can collapse, and a loss that can stay at chance."""

    # From one code in each codebook (0) to all of them alike (1); null: 0.01, or 0.05 and a quarter
    # of the highest perplexity where model.diversity_weight is too small to bring codes back.
    code_usage_floor: Share | None = None
    chance_after: NotNegative | None = None  # updates; null: 1000, or the warm-up if longer


class FinetuneGuard(Guard):
    """Fine-tuning answers blank alone at first, for hundreds of updates."""

    # Updates; null: 1500, or the warm-up if longer, from the end of freeze_transformer_updates.
    blank_after: NotNegative | None = None
