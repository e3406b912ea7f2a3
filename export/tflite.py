"""A recogniser as one TFLite file, for phones: several windows, built-in ops only."""

import tempfile
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.export import (
    bundle,
    encoder_by_rows,
    flatbuffer,
    metadata,
    quantization,
    serving,
    tflite_file,
    verify,
)
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.interop import atomic

WINDOWS = (2.0, 5.0, 10.0, 15.0)  # seconds
_LONGEST_WINDOW = 120.0


def export(model, path, variant="int8", windows=WINDOWS, clips=None, about=None, check=None):
    """Writes a bundle: a .tflite file with its vocabulary and description inside.

    Signatures window_2s, window_5s and so on share their weights: waveform float32 [1, samples],
    zero after the clip, and num_samples int32 [1] -> logits float32 [1, frames, vocabulary],
    num_frames int32 [1], and token_ids int32 [1, frames] (greedy CTC, filled up with -1). A clip
    shorter than its window gives exactly what it gives alone. docs/bundle.md has the format.

    Args:
        model: Wav2Vec2ForCTC with a vocabulary.
        path: str or path of the file, named .tflite; appears whole or not at all.
        variant: str, one of quantization.VARIANTS. All but float32 need the extra
            [export].
        windows: sequence of float, seconds.
        clips: list of float32 [samples], run through both models, and for int8-full the
            calibration; None takes noise.
        about: dict with any of "languages", "training" and "licence", for the description.
        check: function of the finished file's path before it has its name, which raises where it
            is not good enough; None compares with Keras on the clips.

    Returns:
        What `check` returns: by default verify.Row with the difference from Keras.

    Raises:
        UserError: for wrong arguments, a missing extra, or a place that cannot be written.
        verify.ExportError: when a float32 file differs from Keras, or the file is not what a
            phone can run; nothing is left behind.

    Example:
        >>> export(model, "recogniser.tflite", windows=[2.0, 5.0])
    """
    model = serving.recognizer_of(model)
    if Path(path).suffix != ".tflite":  # by which every reader knows it
        raise UserError(f"the file must be named .tflite, got '{path}': try '{path}.tflite'")
    if variant == "int8-full" and clips is None:
        raise UserError("int8-full needs clips to find its scales with: give some speech")
    quantization.require(variant)
    signatures = _signatures(model, windows)
    if model.vocabulary is None:
        raise UserError("the model has no vocabulary, which a bundle carries: give it one first")
    with atomic.file(path) as partial:
        flat = convert(model, signatures, scratch=partial.parent)
        tflite_file.require_sound(flat, parameter_bytes=4 * model.count_params())
        partial.write_bytes(flat)
        if variant in quantization.BY_QUANTIZER:
            del flat
            inputs = _calibration(signatures, clips) if variant == "int8-full" else None
            flat = quantization.quantized(partial, variant, inputs)
        partial.write_bytes(flatbuffer.compacted(flat))
        del flat
        bundle.append(partial, metadata.describe(model, variant, signatures, about))
        if check is not None:
            return check(partial)
        return verify.require_equal(model, partial, clips, shown_as=path)


def convert(model, signatures, scratch=None):
    """Returns the bytes of a TFLite model with float weights.

    Args:
        model: Wav2Vec2ForCTC in float32.
        signatures: list of metadata.Signature.
        scratch: path of a folder with room for the weights once; None takes the system's.
    """
    import keras
    import tensorflow as tf

    archive = keras.export.ExportArchive()
    for signature in signatures:
        inputs = [
            tf.TensorSpec([1, signature.samples], tf.float32, name="waveform"),
            tf.TensorSpec([1], tf.int32, name="num_samples"),
        ]
        with encoder_by_rows.in_place_of(model.backbone.feature_encoder):
            serving.add_endpoint(archive, signature.name, serving.window_function(model), inputs)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        # Through a SavedModel: converting the Keras model itself leaves its variables unfrozen,
        # which gives a file full of NaN without an error.
        serving.write(archive, folder)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=[signature.name for signature in signatures]
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        try:
            return converter.convert()
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise verify.ExportError(f"TensorFlow could not convert the model: {reason}") from error


def _signatures(model, windows):
    """Returns a metadata.Signature for each window, shortest first."""
    frames = model.backbone.frames
    found = {}
    for seconds in np.atleast_1d(windows).tolist():
        try:
            samples = round(float(seconds) * SAMPLE_RATE)
        except (TypeError, ValueError, OverflowError) as error:
            raise UserError(f"a window must be a number of seconds, got {seconds!r}") from error
        if not frames.receptive_field <= samples <= _LONGEST_WINDOW * SAMPLE_RATE:
            shortest = frames.receptive_field / SAMPLE_RATE
            raise UserError(
                f"a window of {seconds} s cannot be exported: choose {shortest} to "
                f"{_LONGEST_WINDOW:g} s"
            )
        name = f"window_{samples / SAMPLE_RATE:g}s"
        found[samples] = metadata.Signature(
            name=name, samples=samples, frames=frames.frames(samples)
        )
    if not found:
        raise UserError("a bundle needs at least one window: give its seconds")
    return [found[samples] for samples in sorted(found)]


def _calibration(signatures, clips):
    """Returns each signature's inputs made of the clips, cut and padded to its window."""
    return {
        signature.name: [
            {
                "waveform": _padded(clip, signature.samples)[None],
                "num_samples": np.array([min(len(clip), signature.samples)], np.int32),
            }
            for clip in clips
        ]
        for signature in signatures
    }


def _padded(clip, samples):
    clip = np.asarray(clip, np.float32)[:samples]
    return np.pad(clip, (0, samples - len(clip)))
