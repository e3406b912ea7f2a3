"""The variants of a TFLite file: which numbers its weights and activations have."""

import contextlib
import io

from keras_w2v2.errors import UserError

# float32 as trained; float16 about half the size, computed in float32; int8 weights in 8 bits a
# channel, activations quantized on the fly; int4 the transformer's weights in 4 bits; int8-full
# activations in 8 bits too, with scales from calibration clips.
VARIANTS = ("float32", "float16", "int8", "int4", "int8-full")
BY_QUANTIZER = ("float16", "int8", "int4", "int8-full")
_FEATURE_ENCODER = ".*feature_encoder.*"
_FIRST_CONVOLUTION = r".*feature_encoder[^;/]*/block_0[^0-9].*"


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
            "choose the variant float32"
        ) from error


def quantized(path, variant, calibration=None):
    """Returns the quantized form of a float32 .tflite file (bytes).

    Args:
        path: str or path.
        variant: str, one of BY_QUANTIZER.
        calibration: for "int8-full" dict: signature name -> list of its inputs by name.
    """
    from ai_edge_quantizer import quantizer

    # It prints bars and sizes of its own; the caller's report says more.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        made = quantizer.Quantizer(str(path), _recipe(variant))
        ranges = made.calibrate(calibration) if made.need_calibration else None
        return made.quantize(ranges).quantized_model


def _recipe(variant):
    """Returns what ai-edge-quantizer is to do; of rules for one operation the last counts.

    float16: two of 500 texts of real speech changed with every constant in half precision, none
    with the feature encoder left in float32, a twentieth of BASE: it is there that rounding
    tells. int4: 4 bits in the transformer, where most weights are. int8-full: static scales for
    the transformer's matrix products and the positional convolution; a waveform's statistics,
    norms and softmax do not fit into 256 steps. Nor does the feature encoder with one scale for
    all clips, whose loud frames are a hundred times the quiet ones: it keeps a scale for each
    frame in every 8-bit variant. Its first convolution, on whose statistics all else rests, is
    left alone.
    """
    from ai_edge_quantizer import qtyping, recipe_manager
    from ai_edge_quantizer.algorithm_manager import AlgorithmName

    recipes = recipe_manager.RecipeManager()
    operation = qtyping.TFLOperationName
    products = operation.FULLY_CONNECTED

    def leave(scope):
        recipes.add_quantization_config(scope, products, None, AlgorithmName.NO_QUANTIZE)

    if variant == "float16":
        casting = AlgorithmName.FLOAT_CASTING
        for name in (operation.CONV_2D, products):
            recipes.add_weight_only_config(".*", name, num_bits=16, algorithm_key=casting)
        leave(_FEATURE_ENCODER)
        return recipes.get_quantization_recipe()
    if variant == "int8-full":
        for name in (operation.CONV_2D, products):
            recipes.add_static_config(".*", name, activation_num_bits=8, weight_num_bits=8)
    else:
        recipes.add_dynamic_config(".*", operation.ALL_SUPPORTED, num_bits=8)
    if variant == "int4":
        recipes.add_dynamic_config(".*", products, num_bits=4)
    recipes.add_dynamic_config(_FEATURE_ENCODER, products, num_bits=8)
    leave(_FIRST_CONVOLUTION)
    return recipes.get_quantization_recipe()
