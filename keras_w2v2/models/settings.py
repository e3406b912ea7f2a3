"""Checks of the numbers that an architecture is made of."""

import inspect

from keras_w2v2.errors import UserError

KERAS_FIELDS = ("name", "dtype", "trainable")


def fields(cls):
    """Returns the names of a model class's own settings."""
    names = inspect.signature(cls.__init__).parameters
    return [n for n in names if n not in ("self", "kwargs", "backbone", *KERAS_FIELDS)]


def require_positive(**values):
    """Raises UserError unless every value is an integer of at least 1."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UserError(f"{name} must be an integer of at least 1, got {value!r}")


def require_above_zero(**values):
    """Raises UserError unless every value is a number above 0."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            raise UserError(f"{name} must be a number above 0, got {value!r}")


def require_share(**values):
    """Raises UserError unless every value is a number in [0, 1)."""
    for name, value in values.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 <= value < 1:
            raise UserError(f"{name} must be a number in [0, 1), got {value!r}")


def require_multiple(**pairs):
    """Raises UserError unless each (value, divisor, divisor's name) divides evenly."""
    for name, (value, divisor, divisor_name) in pairs.items():
        if value % divisor:
            raise UserError(
                f"{name} ({value}) must be a multiple of {divisor_name} ({divisor}), "
                f"such as {divisor * max(1, round(value / divisor))}"
            )
