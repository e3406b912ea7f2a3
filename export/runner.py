"""Runs exported models: TFLite bundles, ONNX files and SavedModels, behind one face."""

import struct
from pathlib import Path

import numpy as np

from keras_w2v2.decoding.windows import WindowPlan, stitched
from keras_w2v2.errors import UserError
from keras_w2v2.export import bundle, flatbuffer, metadata

FILES = (".tflite", ".onnx")  # what runs without TensorFlow
ONNX_KEY = "keras_w2v2"  # of metadata.json among the properties of an .onnx file


def load(path, threads=1, window=None):
    """Opens an exported model.

    Args:
        path: str or path of a .tflite bundle, an .onnx file or a SavedModel folder written by this
            package.
        threads: int, CPU threads of a bundle or an .onnx file.
        window: float, seconds: the one window of a bundle to run; None takes for each clip the
            shortest that holds it, and keeps each that was used in memory.

    Returns:
        An object with `metadata` (metadata.Metadata) and `logits(waveform)`: float32 [samples] at
        16 kHz -> float32 [frames, vocabulary], for a clip of any length.

    Raises:
        UserError: when there is no such model, or no such window.

    Example:
        >>> load("recogniser.tflite").logits(waveform).shape
        (49, 32)
    """
    path = Path(path)
    if not path.exists():
        raise UserError(f"no '{path}': give a .tflite file, an .onnx file or a SavedModel folder")
    if path.is_dir():
        return SavedModel(path)
    if path.suffix == ".onnx":
        return Onnx(path, threads)
    return TFLite(path, threads, window)


class TFLite:
    """A bundle, with one interpreter for each window that is used."""

    def __init__(self, path, threads=1, window=None):
        self._bundle = bundle.read(path)
        self.metadata = self._bundle.metadata
        self._threads = threads
        self._signatures = _chosen(self.metadata.signatures, window, path)
        self._runs = {}

    def logits(self, waveform):
        """Returns the logits of a clip; longer than the longest window, they are stitched."""
        waveform = np.asarray(waveform, "float32")
        longest = self._signatures[-1].samples
        if len(waveform) <= longest:
            return self.run(waveform)["logits"]
        plan = WindowPlan.for_recordings(self.metadata.frames, longest)
        pieces = stitched(
            plan, len(waveform), lambda a, b: waveform[a:b], lambda part: self._longest(part)
        )
        return np.concatenate(list(pieces))

    def run(self, waveform, signature=None):
        """Runs one window.

        Args:
            waveform: float32 [samples], at most those of the window.
            signature: metadata.Signature; None takes the shortest that holds the waveform.

        Returns:
            dict of "logits" float32 [frames, vocabulary] and "token_ids" (list of int) of the
            valid frames.
        """
        if signature is None:
            signature = next(s for s in self._signatures if len(waveform) <= s.samples)
        padded = np.zeros((1, signature.samples), "float32")
        padded[0, : len(waveform)] = waveform
        length = np.array([len(waveform)], "int32")
        result = self._run_of(signature)(waveform=padded, num_samples=length)
        ids = result["token_ids"][0]
        frames = int(result["num_frames"][0])
        return {"logits": result["logits"][0, :frames].copy(), "token_ids": ids[ids >= 0].tolist()}

    def _longest(self, waveform):
        return self.run(waveform, self._signatures[-1])["logits"]

    def _run_of(self, signature):
        if signature.name not in self._runs:
            try:
                content = flatbuffer.narrowed(self._bundle.network(), signature.name)
                interpreter = interpreter_class()(model_content=content, num_threads=self._threads)
                run = interpreter.get_signature_runner(signature.name)
            except (ValueError, RuntimeError, struct.error, IndexError) as error:
                reason = " ".join(str(error).split())[:200]
                raise UserError(
                    f"'{self._bundle.path}' is no working TFLite model: {reason}"
                ) from error
            _require_shapes(run, signature, self._bundle.path)
            self._runs[signature.name] = run
        return self._runs[signature.name]


class SavedModel:
    """A SavedModel folder."""

    def __init__(self, path):
        import tensorflow as tf

        self.metadata = metadata.of_savedmodel(path)
        try:
            self._model = tf.saved_model.load(str(path))
            self._run = self._model.signatures["serving_default"]
        except (OSError, ValueError, KeyError, IndexError, tf.errors.OpError) as error:
            reason = " ".join(str(error).split())[:200]
            raise UserError(f"'{path}' is no working SavedModel: {reason}") from error

    def logits(self, waveform):
        """Returns the logits of a clip of any length."""
        import tensorflow as tf

        waveform = tf.constant(np.asarray(waveform, "float32")[None])
        result = self._run(waveform=waveform, length=tf.shape(waveform)[1:])
        return result["logits"][0, : int(result["num_frames"][0])].numpy()


class Onnx:
    """An .onnx file, in onnxruntime on the CPU."""

    def __init__(self, path, threads=1):
        try:
            import onnxruntime
        except ImportError as error:
            raise UserError(
                f"'{path}' needs onnxruntime: pip install 'keras-w2v2[export]'"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4  # errors come as exceptions
        self._path = path
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no name in common
            reason = " ".join(str(error).split())[:200]
            raise UserError(f"'{path}' is no working ONNX model: {reason}") from error
        text = self._session.get_modelmeta().custom_metadata_map.get(ONNX_KEY)
        if text is None:
            raise UserError(
                f"'{path}' is no model that keras-w2v2 exported: it carries no {ONNX_KEY}"
            )
        try:
            self.metadata = metadata.parse(text)[1]
        except metadata.MetadataError as error:
            raise UserError(f"'{path}': {error}") from error

    def logits(self, waveform):
        """Returns the logits of a clip of any length."""
        return self.batch([waveform])[0]

    def batch(self, waveforms):
        """Runs several clips at once, the shorter ones padded with zeros.

        Args:
            waveforms: list of float32 [samples].

        Returns:
            list of float32 [frames, vocabulary], the valid frames of each.
        """
        length = np.array([len(waveform) for waveform in waveforms], "int32")
        padded = np.zeros((len(waveforms), length.max()), "float32")
        for row, waveform in zip(padded, waveforms, strict=True):
            row[: len(waveform)] = waveform
        try:
            logits, frames = self._session.run(
                ["logits", "num_frames"], {"waveform": padded, "length": length}
            )
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise UserError(f"'{self._path}' does not run: {reason}") from error
        return [one[:count] for one, count in zip(logits, frames, strict=True)]


def interpreter_class():
    """Returns the TFLite interpreter: LiteRT's where installed, else TensorFlow's own."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        return tf.lite.Interpreter
    return Interpreter


def _require_shapes(run, signature, path):
    """Raises unless a signature takes the samples that its description says."""
    samples = int(run.get_input_details()["waveform"]["shape"][-1])
    if samples != signature.samples:
        raise UserError(
            f"'{path}': the signature {signature.name} takes {samples} samples, its description "
            f"says {signature.samples}: signatures are swapped; export the model again"
        )


def _chosen(signatures, window, path):
    if window is None:
        return signatures
    name = f"window_{window:g}s"
    chosen = [signature for signature in signatures if signature.name == name]
    if not chosen:
        known = ", ".join(signature.name.removeprefix("window_") for signature in signatures)
        raise UserError(f"'{path}' has no window of {window:g} s: choose one of {known}")
    return chosen
