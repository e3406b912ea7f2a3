"""Another speed, in the graph: a windowed sinc at every phase of a rational ratio."""

from fractions import Fraction

import numpy as np

from keras_w2v2.errors import UserError

_ZERO_CROSSINGS = 16  # of the filter, on each side
_CUTOFF = 0.95  # of the lower of both Nyquist frequencies
_KAISER_BETA = 8.0  # 80 dB of stop band
_MOST_PHASES = 100  # filters of one speed
_ROUNDING = 1e-9  # of a speed that was written or computed as a ratio


def resample(pcm, speed):
    """Plays a clip faster or slower, which also moves its pitch, in a graph.

    A windowed sinc of 16 zero crossings, evaluated at every phase of the rational speed p/q as one
    convolution with q filters and stride p.

    Args:
        pcm: int16 [samples].
        speed: float, see `ratio_of`.

    Returns:
        int16 [floor(samples * q / p)].

    Raises:
        UserError: `speed` is no such ratio.
    """
    import tensorflow as tf

    ratio = ratio_of(speed)
    if ratio == 1:
        return pcm
    step, phases = ratio.numerator, ratio.denominator
    filters, before = _filters(step, phases)
    samples = tf.size(pcm)
    wanted = played(samples, speed)
    blocks = -(-wanted // phases)
    behind = tf.maximum(0, (blocks - 1) * step + len(filters) - before - samples)
    padded = tf.pad(tf.cast(pcm, tf.float32), [[before, behind]])[None, :, None]
    values = tf.nn.conv1d(padded, filters[:, None, :], stride=step, padding="VALID")
    return to_int16(tf.reshape(values, [-1])[:wanted])


def played(samples, speed):
    """Returns how many samples (int, or an array or tensor of them) a clip has at a speed."""
    ratio = ratio_of(speed)
    return samples * ratio.denominator // ratio.numerator


def ratio_of(speed):
    """Returns the ratio of whole numbers that a speed is, the lower one at most 100 (Fraction).

    Args:
        speed: float; two decimals are always such a ratio, and so is 9/8 = 1.125.

    Raises:
        UserError: it is none; the text names the nearest.

    Example:
        >>> ratio_of(1.1)
        Fraction(11, 10)
    """
    ratio = Fraction(speed).limit_denominator(_MOST_PHASES)
    if abs(ratio - Fraction(speed)) > _ROUNDING:
        raise UserError(
            f"speed {speed} cannot be played exactly: give two decimals at most, such as "
            f"{speed:.2f}"
        )
    return ratio


def _filters(step, phases):
    """Returns (float32 [taps, phases], taps before the first output's place)."""
    cutoff = _CUTOFF * min(1.0, phases / step)
    half = int(np.ceil(_ZERO_CROSSINGS / cutoff))
    taps = np.arange(-half, half + step + 1)[:, None]
    time = taps - np.arange(phases) * step / phases
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(0, 1 - (time / half) ** 2)))
    filters = np.where(np.abs(time) <= half, np.sinc(cutoff * time) * window, 0)
    return (filters / filters.sum(axis=0)).astype(np.float32), half


def to_int16(samples):
    """Returns float32 samples in units of int16 rounded, and clipped (int16)."""
    import tensorflow as tf

    return tf.cast(tf.clip_by_value(tf.round(samples), -32768.0, 32767.0), tf.int16)
