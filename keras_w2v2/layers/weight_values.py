"""A layer computed from given values of its weights, not from its variables."""

import keras


def weights_as(layer, values):
    """Returns a context in which the layer reads these tensors in place of its weights.

    What a function is given as arguments or closes over, a condition or a recomputation hands
    to the backward pass as it is; of a variable that is read within it keeps a copy, or loses the
    gradient.

    Args:
        layer: built layer.
        values: list of tensors, one for each of `layer.weights`, of its shape and dtype.

    Example:
        >>> values = [ops.copy(weight) for weight in layer.weights]
        >>> with weights_as(layer, values):
        ...     y = layer(x)
    """
    mapping = list(zip(layer.weights, values, strict=True))
    return keras.StatelessScope(state_mapping=mapping, initialize_variables=False)
