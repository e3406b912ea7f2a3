"""What every section of a configuration is made of: limited numbers, and no unknown keys."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
AtLeastZero = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


def _as_it_is_played(speed):
    from keras_w2v2.data import resampling

    resampling.ratio_of(speed)
    return speed


Speed = Annotated[float, Field(ge=0.5, le=2), AfterValidator(_as_it_is_played)]


def at_most(name, value, limit_name, limit):
    """Raises ValueError, which names both keys, when `value` is more than `limit`."""
    if value > limit:
        raise ValueError(f"{name} is {value:g}, more than {limit_name} {limit:g}")


class Section(BaseModel):
    """A group of keys; unknown keys and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)
