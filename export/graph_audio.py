"""WAV bytes to 16 kHz waveforms as a TensorFlow graph, for servers that get files."""

import math

from keras_w2v2.frames import SAMPLE_RATE

RATES = (4_000, 384_000)  # Hz, as in docs/bundle.md: a header may say anything
_RATE_STEP = 25  # Hz; every usual rate is a multiple
_PHASES = SAMPLE_RATE // _RATE_STEP  # output samples of a period of 40 ms
_ZEROS = 24  # zero crossings of the sinc on either side


def waveforms(files):
    """Decodes a batch of WAV files.

    Args:
        files: string tensor [batch], WAV files of 16-bit PCM at any rate; channels are averaged.

    Returns:
        (float32 [batch, samples] at 16 kHz, zero after each clip, and int32 [batch] lengths).
    """
    import tensorflow as tf

    def decoded(file):
        audio, rate = tf.audio.decode_wav(file)
        tf.debugging.assert_greater_equal(rate, RATES[0], "a WAV file's rate is too low")
        tf.debugging.assert_less_equal(rate, RATES[1], "a WAV file's rate is too high")
        return resampled(tf.reduce_mean(audio, axis=1), rate)

    ragged = tf.map_fn(
        decoded, files, fn_output_signature=tf.RaggedTensorSpec([None], tf.float32, ragged_rank=0)
    )
    return ragged.to_tensor(), tf.cast(ragged.row_lengths(), tf.int32)


def resampled(waveform, rate):
    """Returns a waveform at 16 kHz, by a Hann-windowed sinc.

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
        cutoff = tf.minimum(1.0, 1.0 / ratio)  # of the input's own band
        reach = tf.cast(tf.math.ceil(_ZEROS / cutoff), tf.int32)
        width = period + 2 * reach + 1
        output = tf.range(_PHASES, dtype=tf.float32) * ratio + tf.cast(reach, tf.float32)
        away = tf.range(tf.cast(width, tf.float32))[:, None] - output[None]
        window = tf.where(
            tf.abs(away) < _ZEROS / cutoff,
            0.5 + 0.5 * tf.cos(math.pi * away * cutoff / _ZEROS),
            0.0,
        )
        kernel = cutoff * _sinc(away * cutoff) * window
        samples = tf.shape(waveform)[0]
        count = tf.cast(
            tf.math.round(tf.cast(samples, tf.float64) * _PHASES / tf.cast(period, tf.float64)),
            tf.int32,
        )
        periods = -(-count // _PHASES)
        missing = tf.maximum(0, (periods - 1) * period + width - samples - reach)
        padded = tf.pad(waveform, [[reach, missing]])
        rows = tf.signal.frame(padded, width, period)[:periods]
        return tf.reshape(rows @ kernel, [-1])[:count]

    return tf.cond(tf.equal(rate, SAMPLE_RATE), lambda: waveform, changed)


def _sinc(x):
    import tensorflow as tf

    near = tf.abs(x) < 1e-6
    x = math.pi * tf.where(near, tf.ones_like(x), x)
    return tf.where(near, tf.ones_like(x), tf.sin(x) / x)
