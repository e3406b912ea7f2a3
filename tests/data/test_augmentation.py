"""Speed and noise: what they do to a clip, and that position and seed decide it."""

from fractions import Fraction

import numpy as np
import pytest
import soxr
import tensorflow as tf

from keras_w2v2.data import Augmentation, augmentation, pipeline, resampling
from keras_w2v2.errors import UserError
from keras_w2v2.text import Vocabulary

LIMITS = {"batch_seconds": 2.0, "max_seconds": 0.5, "min_seconds": 0.2, "seed": 3}
SPEEDS = Augmentation(speeds=(0.9, 1.0, 1.1))


def decibels(ratio):
    return 10 * np.log10(ratio)


@pytest.mark.parametrize("speed", [0.9, 1.1, 0.95, 1.25])
def test_a_tone_played_faster_is_a_higher_tone(speed):
    times = np.arange(16_000) / 16_000
    tone = (10_000 * np.sin(2 * np.pi * 1000 * times)).astype(np.int16)
    played = resampling.resample(tf.constant(tone), speed).numpy()
    assert len(played) == pytest.approx(16_000 / speed, abs=1)
    times = np.arange(len(played)) / 16_000
    expected = 10_000 * np.sin(2 * np.pi * 1000 * speed * times)
    error = (played - expected)[100:-100]
    assert decibels(np.mean(error**2) / np.mean(expected**2)) < -60


@pytest.mark.parametrize("speed", [0.9, 1.1])
def test_noise_played_at_another_speed_agrees_with_soxr(speed):
    """Up to 6 kHz: the two filters' edges differ above."""
    samples = np.random.default_rng(0).normal(0, 3000, 32_000)
    samples = soxr.resample(soxr.resample(samples, 16_000, 12_000), 12_000, 16_000).astype(np.int16)
    ours = resampling.resample(tf.constant(samples), speed).numpy().astype(float)
    peer = soxr.resample(samples.astype(float), 16_000 * speed, 16_000, "VHQ")
    length = min(len(ours), len(peer))
    error = (ours[:length] - peer[:length])[200:-200]
    assert decibels(np.mean(error**2) / np.mean(peer**2)) < -50


def test_what_a_faster_clip_cannot_hold_is_filtered_out():
    times = np.arange(16_000) / 16_000
    tone = (10_000 * np.sin(2 * np.pi * 7900 * times)).astype(np.int16)  # 9875 Hz at 1.25
    played = resampling.resample(tf.constant(tone), 1.25).numpy()[200:-200]
    assert decibels(np.mean(played.astype(float) ** 2) / 10_000**2 * 2) < -60


@pytest.mark.parametrize("snr", [-5.0, 0.0, 12.5])
@pytest.mark.parametrize("noise", [augmentation.white, augmentation.pink])
def test_noise_is_mixed_at_the_ratio_asked_for(noise, snr):
    speech = 1000 * np.sin(np.arange(16_000) / 20).astype(np.float32)
    sound = noise(tf.constant([1, 2]), 16_000)
    added = augmentation.mix(tf.constant(speech), sound, snr).numpy() - speech
    assert decibels(np.mean(speech**2) / np.mean(added**2)) == pytest.approx(snr, abs=0.01)


def test_a_mix_that_would_clip_is_turned_down_whole():
    speech = 32_000 * np.sin(np.arange(16_000) / 20).astype(np.float32)
    mixed = augmentation.mix(tf.constant(speech), augmentation.white([1, 2], 16_000), 0.0).numpy()
    assert np.abs(mixed).max() == pytest.approx(32_767, abs=1)
    gain = np.dot(mixed, speech) / np.dot(speech, speech)
    rest = mixed - gain * speech
    assert decibels(np.mean((gain * speech) ** 2) / np.mean(rest**2)) == pytest.approx(0, abs=0.2)


def test_pink_noise_falls_by_three_decibels_an_octave():
    sound = augmentation.pink(tf.constant([3, 4]), 1 << 16).numpy()
    power = np.abs(np.fft.rfft(sound)) ** 2
    octaves = [power[1 << n : 2 << n].mean() for n in range(9, 15)]
    assert np.diff(decibels(np.array(octaves))).mean() == pytest.approx(-3.01, abs=0.15)


def test_silence_stays_silent():
    zeros = tf.zeros(8000)
    assert not augmentation.mix(zeros, augmentation.white([1, 2], 8000), 5.0).numpy().any()


def waveforms(folder, count=12, skip=0, **more):
    dataset = pipeline.pretraining_batches(folder, **LIMITS | more).skip(skip).take(count)
    return [batch["waveform"] for batch in dataset.as_numpy_iterator()]


def same(left, right):
    return len(left) == len(right) and all(map(np.array_equal, left, right))


@pytest.fixture(scope="module")
def all_of_it(tmp_path_factory, write_shards):
    """Both augmentations, with recordings shorter and longer than the clips for noise."""
    noise = write_shards(tmp_path_factory.mktemp("noise") / "noise", [1000, 30_000], seed=8)
    return Augmentation(speeds=(0.9, 1.0, 1.1), noise=str(noise), noise_probability=0.5)


def test_augmented_batches_are_a_function_of_seed_and_position(noise_shards, all_of_it):
    first = waveforms(noise_shards, augmentation=all_of_it)
    assert same(first, waveforms(noise_shards, augmentation=all_of_it))
    assert same(first[8:], waveforms(noise_shards, count=4, skip=8, augmentation=all_of_it))
    assert not same(first, waveforms(noise_shards, augmentation=all_of_it, seed=4))
    assert not same(first, waveforms(noise_shards))


def test_nothing_asked_for_changes_nothing(noise_shards):
    assert same(waveforms(noise_shards), waveforms(noise_shards, augmentation=Augmentation()))


def test_augmented_batches_keep_their_shapes(noise_shards, all_of_it):
    plain = {batch.shape for batch in waveforms(noise_shards, count=60)}
    assert {
        batch.shape for batch in waveforms(noise_shards, count=60, augmentation=all_of_it)
    } <= plain


def test_noise_comes_with_its_probability(noise_shards):
    """Without speeds the crops are those of the plain stream, so noise is what differs."""
    noisy = Augmentation(noise="white", noise_probability=0.3)
    pairs = zip(
        waveforms(noise_shards, 60), waveforms(noise_shards, 60, augmentation=noisy), strict=True
    )
    changed = [np.any(a != b) for old, new in pairs for a, b in zip(old, new, strict=True)]
    spread = np.sqrt(0.3 * 0.7 / len(changed))
    assert np.mean(changed) == pytest.approx(0.3, abs=4 * spread)


def test_speeds_come_equally_often(noise_shards):
    change = augmentation.speed_changer(SPEEDS, seed=1)
    pcm = tf.ones([9900], tf.int16)
    lengths = [int(tf.size(change(tf.constant(i, tf.int64), pcm))) for i in range(300)]
    values, counts = np.unique(lengths, return_counts=True)
    assert values.tolist() == [9000, 9900, 11_000]
    assert counts.min() > 70


def test_recognition_keeps_labels_and_limits_at_every_speed(noise_shards):
    arguments = {"batch_seconds": 2.0, "max_seconds": 1.0, "seed": 3, "repeat": False}
    vocabulary = Vocabulary.librispeech()

    def read(**more):
        dataset = pipeline.ctc_batches(noise_shards, vocabulary, **arguments, **more)
        return [
            (int(x["length"][i]), y["labels"][i, : y["label_length"][i]].tolist())
            for x, y in dataset.as_numpy_iterator()
            for i in range(len(x["length"]))
        ]

    plain, fast = read(), read(augmentation=SPEEDS)
    assert sorted(labels for _, labels in plain) == sorted(labels for _, labels in fast)
    assert sorted(plain) != sorted(fast)
    assert max(length for length, _ in fast) <= max(length for length, _ in plain)


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_a_clip_that_changes_its_bucket_by_its_speed_takes_its_labels_along(
    tmp_path, write_shards, speed
):
    lengths, few, many = [8000, 15_000] * 8, "A", "ONE TWO THREE"
    texts = (few, many) if speed > 1 else (many, few)
    folder = write_shards(tmp_path / "shards", lengths, transcripts=texts)
    arguments = {"batch_seconds": 4.0, "max_seconds": 1.0, "seed": 3, "num_buckets": 2}
    batches = pipeline.ctc_batches(
        folder,
        Vocabulary.librispeech(),
        repeat=False,
        augmentation=Augmentation(speeds=(speed,)),
        **arguments,
    )
    lengths = [length for _, y in batches for length in y["label_length"].numpy()]
    assert sorted(lengths) == [len(few)] * 8 + [len(many)] * 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"speeds": (0.3,)},
        {"speeds": ()},
        {"noise_snr": (9.0, 1.0)},
        {"noise_snr": (5.0, float("nan"))},
        {"noise_snr": (5.0, float("inf"))},
        {"noise_probability": 2},
    ],
)
def test_impossible_augmentation_is_refused(wrong):
    with pytest.raises(UserError, match="augmentation: .*(between|rising)"):
        Augmentation(**wrong)


@pytest.mark.parametrize("speed", [1.005, 0.9001, 2 / 3 + 1e-6, 1.0000001])
def test_a_speed_that_would_be_played_as_another_is_refused(speed):
    with pytest.raises(UserError, match=f"augmentation: speeds: speed {speed} cannot be played"):
        Augmentation(speeds=(1.0, speed))


def test_every_speed_of_two_decimals_and_every_simple_ratio_is_played_as_it_is():
    hundredths = [number / 100 for number in range(50, 201)]
    assert all(100 * resampling.ratio_of(s) == round(100 * s) for s in hundredths)
    assert resampling.ratio_of(2 / 3) == Fraction(2, 3)
    assert resampling.ratio_of(1.125) == Fraction(9, 8)


def test_noise_that_is_no_folder_of_shards_is_named(noise_shards):
    with pytest.raises(UserError, match="augmentation.noise is 'brown': give white or pink"):
        waveforms(noise_shards, augmentation=Augmentation(noise="brown"))
