"""Runs exported models: TFLite files and SavedModels, behind one face."""

from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.export import metadata

# Neighbouring windows of a long clip share this much; each frame is taken from the window in
# which it lies farther from an edge.
OVERLAP_SECONDS = 2.0


def load(path, threads=1):
    """Opens an exported model.

    Args:
        path: str or path of a .tflite file or a SavedModel folder written by this package.
        threads: int, CPU threads of a TFLite file.

    Returns:
        An object with `metadata` (metadata.Metadata) and `logits(waveform)`: float32 [samples] at
        16 kHz -> float32 [frames, vocabulary].

    Raises:
        UserError: when there is no such model.

    Example:
        >>> load("recogniser.tflite").logits(waveform).shape
        (49, 32)
    """
    path = Path(path)
    if not path.exists():
        raise UserError(f"no '{path}': give a .tflite file or a SavedModel folder")
    described = metadata.read(path)
    return _SavedModel(path, described) if path.is_dir() else _TFLite(path, described, threads)


class _TFLite:
    def __init__(self, path, described, threads):
        self.metadata = described
        try:
            interpreter = interpreter_class()(model_path=str(path), num_threads=threads)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise UserError(f"'{path}' is no working TFLite model: {reason}") from error
        self._interpreter = interpreter
        self._run = interpreter.get_signature_runner("serving_default")

    def logits(self, waveform):
        waveform = np.asarray(waveform, "float32")
        window = self.metadata.window_samples
        if len(waveform) <= window:
            return self._window_logits(waveform)
        return stitched(waveform, window, self.metadata.frames, self._window_logits)

    def _window_logits(self, waveform):
        frames = self.metadata.frames.frames(len(waveform))
        padded = np.zeros((1, self.metadata.window_samples), "float32")
        padded[0, : len(waveform)] = waveform
        length = np.array([len(waveform)], "int32")
        return self._run(waveform=padded, length=length)["logits"][0, :frames].copy()


class _SavedModel:
    def __init__(self, path, described):
        import tensorflow as tf

        self.metadata = described
        try:
            self._model = tf.saved_model.load(str(path))
            self._run = self._model.signatures["serving_default"]
        except (OSError, ValueError, KeyError, IndexError, tf.errors.OpError) as error:
            reason = " ".join(str(error).split())[:200]
            raise UserError(f"'{path}' is no working SavedModel: {reason}") from error

    def logits(self, waveform):
        import tensorflow as tf

        waveform = tf.constant(np.asarray(waveform, "float32")[None])
        result = self._run(waveform=waveform, length=tf.shape(waveform)[1:])
        return result["logits"][0, : int(result["num_frames"][0])].numpy()


def interpreter_class():
    """Returns the TFLite interpreter: LiteRT's where installed, else TensorFlow's own."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        return tf.lite.Interpreter
    return Interpreter


def stitched(waveform, window, frames, logits):
    """Returns the logits of a clip longer than the window, joined from overlapping windows.

    Args:
        waveform: float32 [samples], more than `window`.
        window: int, samples.
        frames: FrameArithmetic.
        logits: function of float32 [at most window] -> float32 [frames, vocabulary].

    Returns:
        float32 [frames of the whole clip, vocabulary]. Attention and normalization see one
        window at a time, so this is close to the whole clip's logits, not equal.
    """
    overlap = min(round(OVERLAP_SECONDS / frames.frame_seconds), frames.frames(window) // 2)
    step = frames.frames(window) - overlap
    total, pieces, start = frames.frames(len(waveform)), [], 0
    while True:
        part = logits(waveform[start * frames.hop : start * frames.hop + window])
        last = start + len(part) >= total
        first_kept = 0 if start == 0 else overlap // 2
        end_kept = len(part) if last else step + overlap // 2
        pieces.append(part[first_kept:end_kept])
        if last:
            return np.concatenate(pieces)
        start += step
