"""Checks of the numbers that an architecture is made of."""

import inspect
import math

from keras_w2v2.errors import UserError

KERAS_FIELDS = ("name", "dtype", "trainable")


def fields(cls):
    """Returns the names of a model class's own settings."""
    names = inspect.signature(cls.__init__).parameters
    return [n for n in names if n not in ("self", "kwargs", "backbone", *KERAS_FIELDS)]


def require_positive(**values):
    """Raises UserError unless every value is an integer of at least 1."""
    _require(values, lambda v: _whole(v) and v >= 1, "an integer of at least 1")


def require_positive_each(**lists):
    """Raises UserError unless every value is a list or tuple of integers of at least 1."""
    _require(lists, lambda v: isinstance(v, (list, tuple)), "a list of integers")
    for name, values in lists.items():
        require_positive(**{f"{name}[{i}]": value for i, value in enumerate(values)})


def require_not_negative(**values):
    """Raises UserError unless every value is an integer of at least 0."""
    _require(values, lambda v: _whole(v) and v >= 0, "an integer that is not negative")


def require_above_zero(**values):
    """Raises UserError unless every value is a finite number above 0."""
    _require(values, lambda v: _number(v) and v > 0, "a number above 0")


def require_at_least_zero(**values):
    """Raises UserError unless every value is a finite number of at least 0."""
    _require(values, lambda v: _number(v) and v >= 0, "a number of at least 0")


def require_share(**values):
    """Raises UserError unless every value is a number in [0, 1)."""
    _require(values, lambda v: _number(v) and 0 <= v < 1, "a number in [0, 1)")


def require_bool(**values):
    """Raises UserError unless every value is True or False."""
    _require(values, lambda v: isinstance(v, bool), "True or False")


def _require(values, fits, wanted):
    for name, value in values.items():
        if not fits(value):
            raise UserError(f"{name} must be {wanted}, got {value!r}")


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def require_multiple(**pairs):
    """Raises UserError unless each (value, divisor, divisor's name) divides evenly."""
    for name, (value, divisor, divisor_name) in pairs.items():
        if value % divisor:
            raise UserError(
                f"{name} ({value}) must be a multiple of {divisor_name} ({divisor}), "
                f"such as {divisor * max(1, round(value / divisor))}"
            )
