"""One face for every recogniser: waveforms to logits to text, wherever the model lies."""

from pathlib import Path

import numpy as np

from keras_w2v2.data.audio import LOUDEST
from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE


class Recognizer:
    """Reads speech.

    Args:
        model: object with `logits(list of float32 [samples]) -> list of float32 [frames,
            vocabulary]`.
        vocabulary: Vocabulary.
        frames: FrameArithmetic.
        normalizer: TextNormalizer of the transcripts that it was trained on.

    Example:
        >>> recognizer = load("runs/small_ctc")
        >>> recognizer.transcribe(audio.read("hello.wav")).text
    """

    def __init__(self, model, vocabulary, frames, normalizer):
        self.model, self.vocabulary = model, vocabulary
        self.frames, self.normalizer = frames, normalizer

    def logits(self, waveforms):
        """Returns the logits of clips.

        Args:
            waveforms: list of float [samples], 16 kHz in [-1, 1].

        Returns:
            list of float32 [frames, vocabulary], in the same order.
        """
        return self.model.logits(waveforms)

    @property
    def windows(self):
        """Samples of the windows that the model takes (list of int), None where any will do."""
        return getattr(self.model, "windows", None)

    def window_logits(self, waveform, samples):
        """Returns the logits of a piece of audio, read in a window of fixed size.

        Args:
            waveform: float32 [at most samples].
            samples: int, one of `windows`.

        Returns:
            float32 [frames, vocabulary].
        """
        if self.windows is None:
            return self.model.logits([waveform])[0]
        return self.model.window_logits(waveform, samples)

    def transcribe(self, waveform, sample_rate=SAMPLE_RATE):
        """Recognises one clip.

        Args:
            waveform: float [samples] in [-1, 1].
            sample_rate: int, of the waveform, in Hz; must be 16000.

        Returns:
            keras_w2v2.decoding.greedy.Transcript: text, words with times, confidence.

        Raises:
            UserError: another sample rate or scale, NaN, or a clip too short for a frame.
        """
        return self.transcribe_all([waveform], sample_rate)[0]

    def transcribe_all(self, waveforms, sample_rate=SAMPLE_RATE):
        """Recognises clips at once: the same as `transcribe` of each, faster.

        Returns:
            list of Transcript.
        """
        from keras_w2v2.decoding import greedy

        least = self.frames.receptive_field
        waveforms = [checked(waveform, sample_rate, least) for waveform in waveforms]
        return [
            greedy.decode(logits, len(logits), self.vocabulary, self.frames)
            for logits in self.logits(waveforms)
        ]


def load(path, threads=1):
    """Opens a recogniser.

    Args:
        path: str or path of a run, a .keras file, a Hugging Face folder, an exported .tflite or
            .onnx file or a SavedModel folder.
        threads: int, CPU threads of a .tflite file.

    Returns:
        Recognizer.

    Raises:
        UserError: there is no such model, or it does not read (a pre-trained model).
    """
    from keras_w2v2.export import runner

    path = Path(path)
    if path.suffix in runner.FILES or (path / "saved_model.pb").is_file():
        model = _Exported(runner.load(path, threads))
        about, frames = model.metadata, model.metadata.frames
    else:
        from keras_w2v2.training.runs import run_folder

        model = run_folder.load_model(path)
        if not hasattr(model, "vocabulary"):
            raise UserError(f"'{path}' is pre-trained only and cannot read yet: fine-tune it first")
        about, frames = model, model.backbone.frames
        model = _Keras(model)
    if about.vocabulary is None:
        raise UserError(f"'{path}' has no vocabulary: it gives logits but no text")
    return Recognizer(model, about.vocabulary, frames, normalizer_of(about))


def of(model):
    """Returns the Recognizer of a Wav2Vec2ForCTC with a vocabulary; it follows its training."""
    return Recognizer(_Keras(model), model.vocabulary, model.backbone.frames, normalizer_of(model))


class _Keras:
    """A Keras model; one batch is padded to whole seconds, which changes no result."""

    def __init__(self, model):
        import tensorflow as tf

        self._frames = model.backbone.frames
        signature = {
            "waveform": tf.TensorSpec([None, None], tf.float32),
            "length": tf.TensorSpec([None], tf.int32),
        }
        self._run = tf.function(lambda inputs: model(inputs, training=False), [signature])

    def logits(self, waveforms):
        if not waveforms:
            return []
        lengths = np.array([len(waveform) for waveform in waveforms], np.int32)
        longest = -(-lengths.max() // SAMPLE_RATE) * SAMPLE_RATE
        padded = np.zeros((len(waveforms), longest), np.float32)
        for row, waveform in zip(padded, waveforms, strict=True):
            row[: len(waveform)] = waveform
        logits = self._run({"waveform": padded, "length": lengths}).numpy()
        counts = self._frames.frames(lengths)
        return [row[:count] for row, count in zip(logits, counts, strict=True)]


class _Exported:
    """A TFLite file or a SavedModel: clip by clip."""

    def __init__(self, model):
        self._model, self.metadata = model, model.metadata
        signatures = self.metadata.signatures
        self._signatures = {signature.samples: signature for signature in signatures}
        self.windows = sorted(self._signatures) or None

    def window_logits(self, waveform, samples):
        signature = next(s for n, s in sorted(self._signatures.items()) if n >= samples)
        return self._model.run(waveform, signature)["logits"]

    def logits(self, waveforms):
        return [self._model.logits(waveform) for waveform in waveforms]


def checked(waveform, sample_rate, least):
    """Returns a waveform as float32, or says in one line what is wrong with it.

    Args:
        waveform: array [samples].
        sample_rate: int.
        least: int, samples that a frame needs.

    Raises:
        UserError: another sample rate, shape, type or scale, NaN, or too short.
    """
    if sample_rate != SAMPLE_RATE:
        raise UserError(
            f"sample_rate is {sample_rate} Hz, the model reads {SAMPLE_RATE} Hz: resample first "
            "(keras_w2v2.data.audio.read does)"
        )
    waveform = np.asarray(waveform)
    if waveform.ndim != 1 or not np.issubdtype(waveform.dtype, np.floating):
        raise UserError(
            f"waveform is {waveform.dtype} of shape {list(waveform.shape)}: give float [samples] "
            "in [-1, 1], one channel (int16 samples: divide by 32768)"
        )
    if len(waveform) < least:
        raise UserError(
            f"waveform has {len(waveform)} samples ({1000 * len(waveform) / SAMPLE_RATE:.0f} ms): "
            f"the model needs at least {least} ({1000 * least / SAMPLE_RATE:.0f} ms)"
        )
    peak = float(np.max(np.abs(waveform)))  # NaN and infinity survive max
    if not np.isfinite(peak):
        raise UserError("waveform holds NaN or infinite samples: repair the recording first")
    if peak > LOUDEST:
        raise UserError(f"waveform reaches {peak:.4g}: its samples must lie in [-1, 1]")
    return waveform.astype(np.float32, copy=False)


def normalizer_of(model):
    """Returns the TextNormalizer of a model's transcripts.

    Args:
        model: object with `normalizer` and `vocabulary`; where the first is None (a model from
            another project), the case of the vocabulary's letters decides.
    """
    from keras_w2v2.text import TextNormalizer

    if model.normalizer is not None:
        return model.normalizer
    letters = "".join(model.vocabulary.characters)
    case = "upper" if letters.isupper() else "lower" if letters.islower() else None
    return TextNormalizer(case=case)
