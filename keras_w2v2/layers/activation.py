"""The exact GELU, in a form that every export target knows."""

import math

from keras import ops


def gelu(x):
    """Returns x * Phi(x) with the exact (erf) normal distribution function.

    Written with erf, because Keras' own gelu emits Erfc, which onnxruntime refuses; TFLite
    fuses this form into one op.
    """
    return 0.5 * x * (1.0 + ops.erf(x * (1.0 / math.sqrt(2.0))))
