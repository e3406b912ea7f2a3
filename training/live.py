"""Recognition of audio that comes piece by piece: live, or a file too long to read whole."""

from dataclasses import dataclass

import numpy as np

from keras_w2v2.data.audio import LOUDEST
from keras_w2v2.decoding import greedy
from keras_w2v2.decoding.windows import WindowPlan
from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE

LATENCY_SECONDS = 0.4
LATENCIES = 4  # that a live window should hold at least: the rest is what it hears before
LIVE_WINDOW_SECONDS = 2.0  # at least, where the model takes any length
LONGEST_WINDOW_SECONDS = 120.0
RECORDING_WINDOW_SECONDS = 15.0  # where the model takes any length


@dataclass(frozen=True)
class Heard:
    """What a piece of audio brought.

    Attributes:
        words: list of decoding.greedy.Word that are complete, with times in seconds of the whole
            audio; they are final.
        partial: str, the words after them as they look now.
    """

    words: list
    partial: str


class LiveRecognizer:
    """Reads audio as it comes, by overlapping windows.

    Memory is that of one window, and time grows with the audio. A word is final once the word
    delimiter after it lies in the kept frames of a window.

    Args:
        recognizer: recognizer.Recognizer.
        plan: WindowPlan; `live_plan` and `recording_plan` make the usual ones.

    Example:
        >>> recognizer = recognizer.load("app.tflite")
        >>> live = LiveRecognizer(recognizer, live_plan(recognizer, latency_seconds=0.4))
        >>> for pcm in microphone:  # int16 [320], 20 ms
        ...     heard = live.push(pcm)
        ...     print(*(word.text for word in heard.words), heard.partial)
        >>> live.finish().text
    """

    def __init__(self, recognizer, plan):
        self._recognizer, self._plan = recognizer, plan
        self._stream = greedy.Stream(recognizer.vocabulary, recognizer.frames)
        self._samples = np.zeros(0, np.float32)  # from sample `_first` of the audio
        self._first = self._total = self._window = 0
        self._partial = ""

    @property
    def seconds(self):
        """Seconds of audio that came so far (float)."""
        return self._total / SAMPLE_RATE

    def push(self, samples):
        """Takes the next samples and runs the windows that they complete.

        Args:
            samples: int16 or float [samples], 16 kHz; float in [-1, 1]. Any number, also none.

        Returns:
            Heard.

        Raises:
            UserError: another shape, type or scale, or NaN.
        """
        samples = _as_float(samples)
        self._samples = np.concatenate([self._samples, samples])
        self._total += len(samples)
        words = []
        while (window := self._plan.window_at(self._window)).end <= self._total:
            words += self._read(window)
            self._window += 1
        return Heard(words, self._partial)

    def finish(self):
        """Ends the audio, reads what is left, and returns the Transcript of all of it."""
        window = self._plan.last(self._window, self._total)
        if window is not None:
            self._read(window)
        return self._stream.finish()

    def _read(self, window):
        waveform = self._samples[window.start - self._first : window.end - self._first]
        logits = self._recognizer.window_logits(waveform, self._plan.samples)
        words = self._stream.push(window.kept(logits))
        self._partial = self._stream.partial(window.ahead(logits))
        following = self._plan.window_at(self._window + 1).start
        self._samples = self._samples[following - self._first :]
        self._first = following
        return words


def live_plan(recognizer, latency_seconds=LATENCY_SECONDS, window_seconds=None):
    """Returns the WindowPlan for live audio.

    Args:
        recognizer: recognizer.Recognizer.
        latency_seconds: float, from a sound to its text, without the time to compute it.
        window_seconds: float; by default the shortest that is at least four latencies long, or
            else the longest.

    Raises:
        UserError: the bundle has no such window, or the latency does not fit into it.
    """
    if not 0 < latency_seconds < LONGEST_WINDOW_SECONDS:
        raise UserError(f"a latency of {latency_seconds:g} s cannot be had: choose some tenths")
    fixed = [samples / SAMPLE_RATE for samples in recognizer.windows or ()]
    if window_seconds is None:
        roomy = [seconds for seconds in fixed if seconds >= LATENCIES * latency_seconds]
        usual = max(LIVE_WINDOW_SECONDS, LATENCIES * latency_seconds)
        window_seconds = min(roomy) if roomy else max(fixed, default=usual)
    samples = _window_samples(recognizer, window_seconds)
    return WindowPlan.for_latency(recognizer.frames, samples, latency_seconds)


def recording_plan(recognizer, window_seconds=None):
    """Returns the WindowPlan for recordings.

    Args:
        recognizer: recognizer.Recognizer.
        window_seconds: float; by default the longest window of a bundle, 15 s otherwise.

    Raises:
        UserError: the bundle has no such window.
    """
    fixed = [samples / SAMPLE_RATE for samples in recognizer.windows or ()]
    window_seconds = window_seconds or max(fixed, default=RECORDING_WINDOW_SECONDS)
    samples = _window_samples(recognizer, window_seconds)
    return WindowPlan.for_recordings(recognizer.frames, samples)


def _window_samples(recognizer, seconds):
    least = recognizer.frames.receptive_field / SAMPLE_RATE
    if not least <= seconds <= LONGEST_WINDOW_SECONDS:
        raise UserError(
            f"a window of {seconds:g} s cannot be had: choose {least:g} to "
            f"{LONGEST_WINDOW_SECONDS:g} s"
        )
    samples = round(seconds * SAMPLE_RATE)
    if recognizer.windows and samples not in recognizer.windows:
        known = ", ".join(f"{window / SAMPLE_RATE:g}" for window in recognizer.windows)
        raise UserError(f"the model has no window of {seconds:g} s: choose one of {known}")
    return samples


def _as_float(samples):
    samples = np.asarray(samples)
    if samples.ndim != 1:
        raise UserError(
            f"audio of shape {list(samples.shape)}: give [samples] of one channel, 16 kHz"
        )
    if samples.dtype == np.int16:
        return samples.astype(np.float32) / 32768
    if not np.issubdtype(samples.dtype, np.floating):
        raise UserError(f"audio of type {samples.dtype}: give int16, or float in [-1, 1]")
    peak = float(np.max(np.abs(samples), initial=0.0))  # NaN survives max
    if not peak <= LOUDEST:
        raise UserError(f"audio reaches {peak:.4g}: its samples must be numbers in [-1, 1]")
    return samples.astype(np.float32)
