"""Speed and noise augmentation, in the graph.

All of it is drawn from the seed and the clip's position in the stream, so that a run that carries
on augments as if it had never stopped.
"""

import math
from dataclasses import dataclass

from keras_w2v2.data import shards
from keras_w2v2.data.resampling import ratio_of, resample, to_int16
from keras_w2v2.errors import UserError, nearest

NOISES = ("white", "pink")  # or a folder of shards
_SPEED, _NOISE = 0x59EE, 0x4015  # keep the draws apart from each other and from those of crops


@dataclass(frozen=True)
class Augmentation:
    """How training clips are varied; all of it is off by default.

    Attributes:
        speeds: tuple of float in [0.5, 2] with two decimals at most (or other such ratios, see
            `resampling.ratio_of`), one of which is drawn for each clip: 1.1 plays it a tenth
            faster and higher (Ko et al., 2015, take 0.9, 1, 1.1).
        noise: None, "white", "pink", or the folder of shards of noise recordings.
        noise_probability: float, share of the clips that get noise.
        noise_snr: (float, float), least and most signal-to-noise ratio in dB, drawn evenly.
    """

    speeds: tuple = (1.0,)
    noise: str | None = None
    noise_probability: float = 0.5
    noise_snr: tuple = (5.0, 20.0)

    def __post_init__(self):
        if not self.speeds or not all(0.5 <= speed <= 2 for speed in self.speeds):
            raise UserError(f"augmentation: speeds {list(self.speeds)} must lie between 0.5 and 2")
        for speed in self.speeds:
            try:
                ratio_of(speed)
            except UserError as error:
                raise UserError(f"augmentation: speeds: {error}") from None
        least, most = self.noise_snr
        if not -math.inf < least <= most < math.inf or not 0 <= self.noise_probability <= 1:
            raise UserError(
                f"augmentation: noise_snr {list(self.noise_snr)} must be rising numbers and "
                f"noise_probability {self.noise_probability:g} between 0 and 1"
            )

    @property
    def changes_lengths(self):
        """Whether a clip may be played at another speed than its own."""
        return set(self.speeds) != {1.0}


def speed_changer(augmentation, seed, least=0, most=None):
    """Returns a function of (position, pcm) that gives a clip one of the speeds.

    Args:
        augmentation: Augmentation or None.
        seed: int.
        least, most: int tensors or None, samples; a clip that would leave them keeps its speed.

    Returns:
        function of (int64 scalar, int16 [samples]) to int16 [samples / speed].
    """
    import tensorflow as tf

    if augmentation is None or not augmentation.changes_lengths:
        return lambda position, pcm: pcm
    speeds = augmentation.speeds

    def changed(position, pcm):
        key = tf.random.experimental.stateless_fold_in([seed, position], _SPEED)
        drawn = tf.random.stateless_uniform([], key, maxval=len(speeds), dtype=tf.int32)
        branches = [lambda speed=speed: resample(pcm, speed) for speed in speeds]
        result = tf.switch_case(drawn, branches)
        samples = tf.size(result, out_type=tf.int64)
        fits = samples >= least
        if most is not None:
            fits = fits & (samples <= most)
        return tf.cond(fits, lambda: result, lambda: pcm)

    return changed


def with_noise(dataset, augmentation, seed):
    """Adds noise to some of the clips.

    Args:
        dataset: of (bucket, dict with waveform: int16 [samples]).
        augmentation: Augmentation or None.
        seed: int.

    Returns:
        The same kind of dataset.

    Raises:
        UserError: the folder of noise is no folder of shards.
    """
    import tensorflow as tf

    if augmentation is None or augmentation.noise is None:
        return dataset
    noises = _noises(augmentation.noise, seed)

    def noisy(position, example, noise):
        bucket, clip = example
        key = tf.random.experimental.stateless_fold_in([seed, position], _NOISE)
        chance, level = tf.unstack(tf.random.stateless_uniform([2], key))
        least, most = augmentation.noise_snr
        waveform = clip["waveform"]

        def add():
            speech = tf.cast(waveform, tf.float32)
            sound = noise(key, tf.size(waveform))
            return to_int16(mix(speech, sound, least + level * (most - least)))

        added = tf.cond(chance < augmentation.noise_probability, add, lambda: waveform)
        return bucket, clip | {"waveform": added}

    numbered = dataset.enumerate()
    if noises is None:
        color = {"white": white, "pink": pink}[augmentation.noise]
        return numbered.map(
            lambda position, example: noisy(position, example, color),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
    return tf.data.Dataset.zip((numbered, noises)).map(
        lambda item, pcm: noisy(*item, lambda key, samples: excerpt(pcm, key, samples)),
        num_parallel_calls=tf.data.AUTOTUNE,
    )


def mix(speech, noise, snr):
    """Returns speech with noise at a ratio of `snr` dB, turned down where it would clip.

    Args:
        speech, noise: float32 [samples], in units of int16.
        snr: float scalar, dB.
    """
    import tensorflow as tf

    power, noise_power = (tf.reduce_mean(tf.square(sound)) for sound in (speech, noise))
    gain = tf.sqrt(tf.math.divide_no_nan(power, noise_power * tf.pow(10.0, snr / 10)))
    both = speech + gain * noise
    return both / tf.maximum(1.0, tf.reduce_max(tf.abs(both)) / 32767)


def white(key, samples):
    """Returns noise of equal power at every frequency (float32 [samples])."""
    import tensorflow as tf

    return 1000 * tf.random.stateless_normal([samples], key)


def pink(key, samples):
    """Returns noise whose power falls by 3 dB an octave, without a constant (float32 [samples])."""
    import tensorflow as tf

    # Of a power of two: a Fourier transform of another size takes up to four times as long.
    sizes = tf.constant([2**power for power in range(8, 31)])
    size = sizes[tf.searchsorted(sizes, [samples])[0]]
    spectrum = tf.signal.rfft(white(key, size))
    falling = tf.math.rsqrt(tf.maximum(1.0, tf.range(tf.size(spectrum), dtype=tf.float32)))
    falling = tf.concat([[0.0], falling[1:]], axis=0)
    return tf.signal.irfft(spectrum * tf.cast(falling, tf.complex64), [size])[:samples]


def excerpt(pcm, key, samples):
    """Returns a random stretch of a noise recording, repeated if too short (float32 [samples])."""
    import tensorflow as tf

    times = samples // tf.size(pcm) + 1
    long = tf.tile(pcm, [times])
    offset = tf.random.stateless_uniform(
        [], key, maxval=tf.size(long) - samples + 1, dtype=tf.int32
    )
    return tf.cast(long[offset : offset + samples], tf.float32)


def noise_index(noise):
    """Returns the ShardIndex of the noise recordings, None for no noise and noise that is made.

    Args:
        noise: str or None, see `Augmentation`.

    Raises:
        UserError: it is neither a kind of noise nor a folder of shards.
    """
    if noise is None or noise in NOISES:
        return None
    try:
        return shards.ShardIndex.load(noise)
    except UserError as error:
        known = " or ".join(NOISES)
        raise UserError(
            f"augmentation.noise is '{noise}'{nearest(noise, NOISES)}: give {known}, or a folder "
            f"of shards ({error})"
        ) from None


def _noises(noise, seed):
    """Returns the endless dataset of noise recordings, None for noise that is made."""
    recorded = noise_index(noise)
    if recorded is None:
        return None
    from keras_w2v2.data import records, stream

    recordings = stream.epochs([recorded], seed + _NOISE, shuffle=True, repeat=True)
    return recordings.map(lambda record: records.pcm(record["audio"]))
