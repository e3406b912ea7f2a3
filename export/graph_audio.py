"""WAV bytes to 16 kHz waveforms as a TensorFlow graph, for servers that get files."""

import math

from keras_w2v2.data.audio import LOUDEST
from keras_w2v2.export import graph_wav
from keras_w2v2.frames import SAMPLE_RATE

_RATE_STEP = 25  # Hz; every usual rate is a multiple
_PHASES = SAMPLE_RATE // _RATE_STEP  # output samples of a period of 40 ms
_CUTOFF = 0.95  # of the lower rate's band
_ZERO_CROSSINGS = 56  # of the sinc on either side
_KAISER = 9.0


def waveforms(files):
    """Decodes a batch of WAV files.

    Args:
        files: string tensor [batch], WAV files of 8, 16, 24 or 32-bit PCM or 32-bit float at any
            rate; channels are averaged.

    Returns:
        (float32 [batch, samples] at 16 kHz, zero after each clip, and int32 [batch] lengths).
        A file that cannot be read fails the batch; the error says which one and why.
    """
    import tensorflow as tf

    def decoded(numbered):
        number, file = numbered
        name = tf.strings.join(["file ", tf.strings.as_string(number), " of the batch"])
        return resampled(*graph_wav.read(file, name))

    ragged = tf.map_fn(
        decoded,
        (tf.range(1, tf.size(files) + 1), files),
        fn_output_signature=tf.RaggedTensorSpec([None], tf.float32, ragged_rank=0),
    )
    return ragged.to_tensor(), tf.cast(ragged.row_lengths(), tf.int32)


def resampled(waveform, rate):
    """Returns a waveform at 16 kHz, by the windowed sinc of docs/bundle.md.

    Inputs and outputs repeat their places every 40 ms, so that one matrix makes all output
    samples of a period from the input around it.

    Args:
        waveform: float32 [samples].
        rate: int32 [], Hz; taken to the nearest multiple of 25.
    """
    import tensorflow as tf

    def changed():
        period = tf.maximum(1, (rate + _RATE_STEP // 2) // _RATE_STEP)  # input samples
        ratio = tf.cast(period, tf.float32) / _PHASES
        cutoff = _CUTOFF * tf.minimum(1.0, 1.0 / ratio)  # of the input's own band
        reach = tf.cast(tf.math.ceil(_ZERO_CROSSINGS / cutoff), tf.int32)
        width = period + 2 * reach + 1
        # In whole numbers as long as it goes: float32 would lose the small differences.
        away = (tf.range(width) - reach)[:, None] * _PHASES - tf.range(_PHASES) * period
        x = tf.cast(away, tf.float32) * (cutoff / _PHASES)
        kernel = cutoff * _sinc(x) * _kaiser(x / _ZERO_CROSSINGS)
        samples = tf.shape(waveform)[0]
        twice = 2 * _PHASES * tf.cast(samples, tf.int64) // tf.cast(period, tf.int64)
        count = tf.cast((twice + 1) // 2, tf.int32)
        periods = -(-count // _PHASES)
        missing = tf.maximum(0, (periods - 1) * period + width - samples - reach)
        padded = tf.pad(waveform, [[reach, missing]])
        rows = tf.signal.frame(padded, width, period)[:periods]
        # A sinc overshoots where the sound jumps: what could be read stays readable.
        return tf.clip_by_value(tf.reshape(rows @ kernel, [-1])[:count], -LOUDEST, LOUDEST)

    return tf.cond(tf.equal(rate, SAMPLE_RATE), lambda: waveform, changed)


def _sinc(x):
    import tensorflow as tf

    near = tf.abs(x) < 1e-6
    x = math.pi * tf.where(near, tf.ones_like(x), x)
    return tf.where(near, tf.ones_like(x), tf.sin(x) / x)


def _kaiser(edge):
    import tensorflow as tf

    inside = tf.sqrt(tf.maximum(0.0, 1.0 - tf.square(edge)))
    # i0e is i0 without its growth, which float32 would carry less well.
    height = tf.math.bessel_i0e(_KAISER * inside) / tf.math.bessel_i0e(_KAISER)
    window = height * tf.exp(_KAISER * (inside - 1.0))
    return tf.where(tf.abs(edge) > 1.0, 0.0, window)
