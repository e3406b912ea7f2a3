"""Initial weights as the reference implementations draw them."""

import math

import keras


def kaiming_normal(fan_in):
    """Returns an untruncated normal initializer with deviation sqrt(2 / fan_in).

    Keras' `he_normal` is truncated at two deviations, PyTorch's `kaiming_normal_` is not.

    Args:
        fan_in: int, kernel taps x input channels.
    """
    return keras.initializers.RandomNormal(stddev=math.sqrt(2.0 / fan_in))


def transformer_normal():
    """Returns the initializer of the transformer's dense layers: N(0, 0.02)."""
    return keras.initializers.RandomNormal(stddev=0.02)
