"""Frame arithmetic: how samples become frames, in exactly one place."""

from dataclasses import dataclass
from math import prod

from keras_w2v2.errors import UserError

SAMPLE_RATE = 16_000  # samples in a second, of every waveform that a model reads


@dataclass(frozen=True)
class FrameArithmetic:
    """Converts between samples, frames and seconds for a stack of unpadded convolutions.

    Args:
        kernels: tuple of int, kernel width of each convolution, in its input frames.
        strides: tuple of int, stride of each convolution.

    Example:
        >>> frames = FrameArithmetic((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
        >>> frames.frames(16_000), frames.hop, frames.receptive_field
        (49, 320, 400)
    """

    kernels: tuple
    strides: tuple

    def __post_init__(self):
        object.__setattr__(self, "kernels", tuple(int(k) for k in self.kernels))
        object.__setattr__(self, "strides", tuple(int(s) for s in self.strides))
        if len(self.kernels) != len(self.strides) or not self.kernels:
            raise UserError(
                f"conv_kernels {self.kernels} and conv_strides {self.strides} must have the same "
                "length, at least 1"
            )
        if min(self.kernels + self.strides) < 1:
            raise UserError(
                f"conv_kernels {self.kernels} and conv_strides {self.strides} must be at least 1"
            )

    def frames(self, samples):
        """Returns the number of frames of `samples` samples (0 when too few).

        Args:
            samples: int, numpy array or integer tensor of any shape, in samples.
        """
        for kernel, stride in zip(self.kernels, self.strides, strict=True):
            samples = (samples - kernel) // stride + 1
            samples = (
                samples * (samples > 0) if isinstance(samples, int) else _at_least_zero(samples)
            )
        return samples

    def samples(self, frames):
        """Returns the least number of samples that gives `frames` frames (int)."""
        for kernel, stride in zip(reversed(self.kernels), reversed(self.strides), strict=True):
            frames = (frames - 1) * stride + kernel
        return frames

    @property
    def hop(self):
        """Samples from the start of a frame to the start of the next one."""
        return prod(self.strides)

    @property
    def receptive_field(self):
        """Samples that one frame sees."""
        return self.samples(1)

    @property
    def frame_seconds(self):
        """Seconds from the start of a frame to the start of the next one."""
        return self.hop / SAMPLE_RATE

    def seconds(self, frame):
        """Returns the time at which `frame` (int or float, from 0) starts, in seconds."""
        return frame * self.hop / SAMPLE_RATE


def _at_least_zero(values):
    """Clips an integer numpy array or tensor at 0 without knowing whose it is."""
    positive = values > 0
    dtype = values.dtype
    if hasattr(positive, "astype"):
        return values * positive.astype(dtype)
    import keras

    return values * keras.ops.cast(positive, dtype)
