"""Another speed, in the graph: a windowed sinc at every phase of a rational ratio."""

from fractions import Fraction

import numpy as np

_ZERO_CROSSINGS = 16  # of the filter, on each side
_CUTOFF = 0.95  # of the lower of both Nyquist frequencies
_KAISER_BETA = 8.0  # 80 dB of stop band


def resample(pcm, speed):
    """Plays a clip faster or slower, which also moves its pitch, in a graph.

    A windowed sinc of 16 zero crossings, evaluated at every phase of the rational speed p/q as one
    convolution with q filters and stride p.

    Args:
        pcm: int16 [samples].
        speed: float.

    Returns:
        int16 [floor(samples * q / p)].
    """
    import tensorflow as tf

    ratio = Fraction(speed).limit_denominator(100)
    if ratio == 1:
        return pcm
    step, phases = ratio.numerator, ratio.denominator
    filters, before = _filters(step, phases)
    samples = tf.size(pcm)
    wanted = samples * phases // step
    blocks = -(-wanted // phases)
    behind = tf.maximum(0, (blocks - 1) * step + len(filters) - before - samples)
    padded = tf.pad(tf.cast(pcm, tf.float32), [[before, behind]])[None, :, None]
    values = tf.nn.conv1d(padded, filters[:, None, :], stride=step, padding="VALID")
    return to_int16(tf.reshape(values, [-1])[:wanted])


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
