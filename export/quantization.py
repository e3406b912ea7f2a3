"""The variants of a TFLite file: which numbers its weights and activations have."""

import contextlib
import io

from keras_w2v2.errors import UserError

VARIANTS = {
    "float32": "as trained",
    "float16": "weights in half precision, half the size, computed in float32",
    "int8": "weights in 8 bits a channel, activations quantized on the fly (dynamic_wi8_afp32)",
    "int4": "the matrix products' weights in 4 bits a channel, the rest as int8",
    "int8-full": "weights and activations in 8 bits, scales from calibration clips",
}
BY_QUANTIZER = ("int8", "int4", "int8-full")


def require(variant):
    """Raises UserError unless the variant exists and what makes it is installed.

    Args:
        variant: str, one of VARIANTS.
    """
    if variant not in VARIANTS:
        raise UserError(f"variant {variant!r} does not exist: choose {', '.join(VARIANTS)}")
    if variant not in BY_QUANTIZER:
        return
    try:
        import ai_edge_quantizer  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"{variant} export needs ai-edge-quantizer: pip install 'keras-w2v2[export]', or "
            "choose the variant float32 or float16"
        ) from error


def quantized(path, variant, calibration=None):
    """Returns the quantized form of a float32 .tflite file (bytes).

    Args:
        path: str or path.
        variant: "int8", "int4" or "int8-full".
        calibration: for "int8-full" dict: signature name -> list of its inputs by name.
    """
    from ai_edge_quantizer import quantizer, recipe

    # It prints bars and sizes of its own; the caller's report says more.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if variant == "int8":
            made = quantizer.Quantizer(str(path), recipe.dynamic_wi8_afp32())
        elif variant == "int4":
            made = quantizer.Quantizer(str(path), _int4_recipe())
        else:
            made = quantizer.Quantizer(str(path), _full_recipe())
        ranges = made.calibrate(calibration) if made.need_calibration else None
        return made.quantize(ranges).quantized_model


def _int4_recipe():
    """4 bits in the transformer, where most weights are; the feature encoder keeps its 8."""
    from ai_edge_quantizer import qtyping, recipe_manager

    recipes = recipe_manager.RecipeManager()
    operation = qtyping.TFLOperationName
    recipes.add_dynamic_config(".*", operation.ALL_SUPPORTED, num_bits=8)
    recipes.add_dynamic_config(".*", operation.FULLY_CONNECTED, num_bits=4)
    recipes.add_dynamic_config(".*feature_encoder.*", operation.FULLY_CONNECTED, num_bits=8)
    return recipes.get_quantization_recipe()


def _full_recipe():
    """Static 8 bits for the transformer's matrix products and the positional convolution.

    A waveform's statistics, norms and softmax do not fit into 256 steps. Nor does the feature
    encoder with one scale for all clips, whose loud frames are a hundred times the quiet ones:
    it keeps a scale for each frame, as in int8.
    """
    from ai_edge_quantizer import qtyping, recipe_manager

    recipes = recipe_manager.RecipeManager()
    operation = qtyping.TFLOperationName
    for name in (operation.CONV_2D, operation.FULLY_CONNECTED):
        recipes.add_static_config(".*", name, activation_num_bits=8, weight_num_bits=8)
    recipes.add_dynamic_config(".*feature_encoder.*", operation.FULLY_CONNECTED, num_bits=8)
    return recipes.get_quantization_recipe()
