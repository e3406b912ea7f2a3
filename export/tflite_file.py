"""Looks into a .tflite file: its ops, and whether its weights are really in it."""

from keras_w2v2.export.verify import ExportError

# A whole model is a little larger than its parameters; one with its variables left out is tiny.
_LEAST_SHARE = 0.9


def operators(flat):
    """Returns the set of op names of a TFLite model.

    Args:
        flat: bytes of the file; a zip appended to it does no harm.

    Returns:
        set of str: built-in ops by their name ("CONV_2D"), others as "custom:NAME".
    """
    from tensorflow.lite.python import schema_py_generated as schema

    names = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
    model = schema.Model.GetRootAs(flat, 0)
    found = set()
    for i in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(i)
        if code.CustomCode():
            found.add("custom:" + code.CustomCode().decode())
        else:
            # Old files keep small codes in a field of one byte.
            found.add(names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())])
    return found


def require_sound(flat, parameter_bytes):
    """Raises ExportError unless a float32 model is whole and made of built-in ops.

    Args:
        flat: bytes of the model.
        parameter_bytes: int, size of the Keras model's weights.
    """
    found = operators(flat)
    foreign = sorted(name for name in found if name.startswith("custom:"))
    if foreign:
        raise ExportError(f"the TFLite model needs {foreign[0]}, which phones do not have")
    if found & {"VAR_HANDLE", "READ_VARIABLE"}:
        raise ExportError("the TFLite model reads variables that are not in the file")
    if len(flat) < _LEAST_SHARE * parameter_bytes:
        raise ExportError(
            f"the TFLite model has {len(flat)} bytes for {parameter_bytes} bytes of weights: "
            "some are missing"
        )
