"""Activation checkpointing: what a layer computes is not kept but computed once more."""

import keras
from keras import ops

from keras_w2v2.layers.weight_values import weights_as


def recomputed(layer, function, x, *others):
    """Returns `function(x, *others)`, of which the backward pass keeps nothing but the arguments.

    It computes the function again there, and so needs its activations for one layer at a time.
    The function must give the same when called again: randomness comes in as a seed among the
    arguments, not from a generator that moves on.

    Args:
        layer: built layer whose weights the function reads.
        function: what to compute; reads no weight beside those of the layer, writes none.
        x: float tensor.
        *others: tensors of any kind that take no gradient.

    Returns:
        what the function returns, a float tensor.
    """

    # The weights come in as arguments: TensorFlow's `recompute_grad` does not find those that are
    # read in a branch of a condition. As tensors: run eagerly, it forgets a variable's gradient.
    def pure(x, *values):
        with weights_as(layer, values):
            return function(x, *others)

    return keras.remat(pure)(x, *[ops.copy(weight) for weight in layer.weights])
