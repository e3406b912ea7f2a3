"""Initial weights as the reference implementations draw them."""

import math

import keras
import numpy as np


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


def prior_bias(index, size, probability):
    """Returns the initializer of a bias under whose softmax one class has a given probability.

    The other classes share the rest evenly. 0 stands for no prior: the bias is zero.

    Args:
        index: int, the class.
        size: int, number of classes.
        probability: float in [0, 1).
    """
    if not probability or size == 1:
        return "zeros"
    bias = np.zeros(size, np.float32)
    bias[index] = math.log(probability / (1.0 - probability) * (size - 1))
    return keras.initializers.Constant(bias)
