"""How a recording of any length is read by windows: one plan, offline and live."""

from dataclasses import dataclass

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.frames import FrameArithmetic


@dataclass(frozen=True)
class Window:
    """One window of a recording.

    Attributes:
        start, end: int, the samples of the recording that it sees.
        first_frame: int, the frame of the recording that is its first.
        keep_from, keep_to: int, the frames of the recording that are taken from it.
    """

    start: int
    end: int
    first_frame: int
    keep_from: int
    keep_to: int

    def kept(self, logits):
        """Returns the rows of the window's logits [frames, …] that are taken from it."""
        return logits[self.keep_from - self.first_frame : self.keep_to - self.first_frame]

    def ahead(self, logits):
        """Returns the rows of the window's logits that the next window will say better."""
        return logits[self.keep_to - self.first_frame :]


@dataclass(frozen=True)
class WindowPlan:
    """Windows with context on either side whose own frames are dropped.

    A frame at the edge of a window lacks its neighbours; with `left` and `right` frames of
    context every kept frame has them, but at the ends of the recording, where there are none.
    Window k keeps the frames from k * step to (k + 1) * step. Attention, normalization over
    time and the norm of the waveform see one window at a time, so the stitched logits are close
    to the whole recording's, not equal.

    Args:
        frames: FrameArithmetic of the model.
        window: int, frames that a window holds.
        left, right: int, frames of context.

    Raises:
        UserError: contexts that leave no frame to keep.

    Example:
        >>> plan = WindowPlan(model.backbone.frames, window=499, left=50, right=50)
        >>> [(w.keep_from, w.keep_to) for w in plan.of(320_000)]
        [(0, 399), (399, 798), (798, 999)]
    """

    frames: FrameArithmetic
    window: int
    left: int
    right: int

    def __post_init__(self):
        if min(self.left, self.right) < 0 or self.step < 1:
            raise UserError(
                f"a window of {self.window} frames cannot have a context of {self.left} and "
                f"{self.right} frames: neither may be negative, and a frame must remain to keep"
            )

    @classmethod
    def for_recordings(cls, frames, samples, context_seconds=1.0):
        """Returns the plan for recordings: the same context on both sides.

        Args:
            frames: FrameArithmetic.
            samples: int, samples that a window holds.
            context_seconds: float; at most a quarter of the window is taken.
        """
        window = frames.frames(samples)
        context = min(round(context_seconds / frames.frame_seconds), window // 4)
        return cls(frames, window, context, context)

    @classmethod
    def for_latency(cls, frames, samples, latency_seconds):
        """Returns the plan for live audio: what is heard is told `latency_seconds` later.

        Half of the latency is the step, half the right context; all that remains of the window
        is left context.

        Args:
            frames: FrameArithmetic.
            samples: int, samples that a window holds.
            latency_seconds: float, from the end of a frame to the window that keeps it; the
                time to run a window comes on top.

        Raises:
            UserError: a latency below two frames or beyond the window.
        """
        window = frames.frames(samples)
        latency = int(latency_seconds / frames.frame_seconds + 1e-6)
        if not 2 <= latency <= window:
            least, most = 2 * frames.frame_seconds, window * frames.frame_seconds
            raise UserError(
                f"a latency of {latency_seconds:g} s cannot be had with this window: choose "
                f"{least:g} to {most:g} s"
            )
        right = latency // 2
        return cls(frames, window, window - latency, right)

    @property
    def step(self):
        """Frames kept of a window."""
        return self.window - self.left - self.right

    @property
    def samples(self):
        """Samples that the longest window sees."""
        return self.frames.samples(self.window)

    def of(self, total_samples):
        """Yields the windows of a whole recording.

        Args:
            total_samples: int.

        Yields:
            Window; none for a recording shorter than a frame.
        """
        total = self.frames.frames(total_samples)
        k = 0
        while k * self.step < total:
            if total <= (k + 1) * self.step + self.right:
                yield self.last(k, total_samples)
                return
            yield self.window_at(k)
            k += 1

    def window_at(self, k):
        """Returns window `k` of a recording that goes on after it."""
        return self._window(k, (k + 1) * self.step, (k + 1) * self.step + self.right)

    def last(self, k, total_samples):
        """Returns window `k` of a recording that ends in it; None where no frame is left."""
        total = self.frames.frames(total_samples)
        return self._window(k, total, total) if k * self.step < total else None

    def _window(self, k, keep_to, seen_to):
        keep_from = k * self.step
        first = max(0, keep_from - self.left)
        start = first * self.frames.hop
        end = start + self.frames.samples(seen_to - first)
        return Window(start, end, first, keep_from, keep_to)


def stitched(plan, total_samples, read, logits):
    """Yields the kept logits of a recording, window by window.

    Args:
        plan: WindowPlan.
        total_samples: int.
        read: function (start, end) -> float32 [end - start] of the recording.
        logits: function of float32 [samples] -> float32 [frames, vocabulary].

    Yields:
        float32 [frames, vocabulary]; joined, one row for each frame of the recording.
    """
    for window in plan.of(total_samples):
        yield window.kept(np.asarray(logits(read(window.start, window.end))))
