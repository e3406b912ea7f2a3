"""A recogniser as one TFLite file, for phones: float32 or int8 weights, built-in ops only."""

import contextlib
import io
import tempfile
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.export import metadata, serving, tflite_file, verify
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.interop import atomic

VARIANTS = ("float32", "int8")


def export(model, path, variant="float32", seconds=10.0, clips=None):
    """Writes a .tflite file with its vocabulary and description inside.

    Signature serving_default: waveform float32 [1, seconds * 16000], zero after the clip, and
    length int32 [1] in samples -> logits float32 [1, frames, vocabulary]. A clip shorter than
    the window gives exactly what it gives alone. A zip with metadata.json (frame arithmetic,
    normalization, sample rate, blank, versions, checksum) and vocab.json is appended.

    Args:
        model: Wav2Vec2ForCTC.
        path: str or path of the file, named .tflite; appears whole or not at all.
        variant: "float32", or "int8": weights in 8 bits for each channel, activations quantized
            on the fly, a quarter of the size and about 2.5 times as fast. int8 needs the extra
            [export].
        seconds: float, the window.
        clips: list of float32 [samples], run through both models; None takes noise.

    Returns:
        verify.Row with the difference from Keras.

    Raises:
        UserError: for wrong arguments, a missing extra, or a place that cannot be written.
        verify.ExportError: when a float32 file differs from Keras, or the file is not what a
            phone can run; nothing is left behind.

    Example:
        >>> export(model, "recogniser.tflite", variant="int8", seconds=5.0)
    """
    model = serving.recognizer_of(model)
    if Path(path).suffix != ".tflite":  # by which every reader knows it
        raise UserError(f"the file must be named .tflite, got '{path}': try '{path}.tflite'")
    window = _window(model, variant, seconds)
    quantize = _quantizer() if variant == "int8" else None
    with atomic.file(path) as partial:
        flat = convert(model, window, scratch=partial.parent)
        tflite_file.require_sound(flat, parameter_bytes=4 * model.count_params())
        partial.write_bytes(flat)
        del flat
        if quantize is not None:
            quantize(partial)
        metadata.append(partial, metadata.describe(model, variant, window))
        return verify.require_equal(model, partial, clips, shown_as=path)


def convert(model, window, scratch=None):
    """Returns the bytes of a float32 TFLite model.

    Args:
        model: Wav2Vec2ForCTC in float32.
        window: int, samples of its fixed input.
        scratch: path of a folder with room for the weights once; None takes the system's.
    """
    import keras
    import tensorflow as tf

    inputs = [
        tf.TensorSpec([1, window], tf.float32, name="waveform"),
        tf.TensorSpec([1], tf.int32, name="length"),
    ]
    archive = keras.export.ExportArchive()
    archive.add_endpoint("serving_default", serving.window_function(model), input_signature=inputs)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        # Through a SavedModel: converting the Keras model itself leaves its variables unfrozen,
        # which gives a file full of NaN without an error.
        serving.write(archive, folder)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=["serving_default"]
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        try:
            return converter.convert()
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise verify.ExportError(f"TensorFlow could not convert the model: {reason}") from error


def _quantizer():
    """Returns f(path) that replaces a float32 .tflite file by its int8 form."""
    try:
        from ai_edge_quantizer import quantizer, recipe
    except ImportError as error:
        raise UserError(
            "int8 export needs ai-edge-quantizer: pip install 'keras-w2v2[export]', or choose the "
            "variant float32"
        ) from error

    def quantize(path):
        # It prints bars and sizes of its own; the caller's report says more.
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            result = quantizer.Quantizer(str(path), recipe.dynamic_wi8_afp32()).quantize()
        Path(path).write_bytes(result.quantized_model)

    return quantize


def _window(model, variant, seconds):
    if variant not in VARIANTS:
        raise UserError(f"variant {variant!r} does not exist: choose {' or '.join(VARIANTS)}")
    shortest = model.backbone.frames.receptive_field
    try:
        window = round(float(seconds) * SAMPLE_RATE)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"seconds must be a number, got {seconds!r}") from error
    if not shortest <= window <= 120 * SAMPLE_RATE:
        raise UserError(
            f"a window of {seconds} s cannot be exported: choose {shortest / SAMPLE_RATE} to 120 s"
        )
    return window
