"""The first convolution of BASE beside a convolution and a GroupNorm over valid frames."""

import math

import numpy as np
import pytest
from harness import check_layer, relative_error

from keras_w2v2.layers.first_convolution import GroupNormConvolution

LENGTH = np.array([300, 211])
VALID = (LENGTH - 10) // 5 + 1
MASK = np.arange(59) < VALID[:, None]


def _waveform(offset=0.0, scale=0.1):
    waveform = offset + np.random.default_rng(0).normal(0, scale, (2, 300))
    return (waveform * (np.arange(300) < LENGTH[:, None])).astype("float32")


def _layer(filters=6, **kwargs):
    return GroupNormConvolution(filters, 10, 5, name="first", **kwargs)


def _drawn(**kwargs):
    """A layer whose gains, shifts and bias are not the ones and zeros they start as."""
    layer = _layer(**kwargs)
    layer.build()
    generator = np.random.default_rng(1)
    for weight in layer.weights[1:]:
        weight.assign(weight + generator.normal(0, 0.3, weight.shape))
    return layer


def _direct(layer, waveform, valid):
    """Convolution, GroupNorm with a group a channel, GELU, one clip at a time in float64."""
    kernel = np.asarray(layer.kernel, "float64")[:, 0]
    starts = range(0, waveform.shape[1] - 9, 5)
    windows = np.stack([waveform[:, s : s + 10] for s in starts], 1).astype("float64")
    x = windows @ kernel
    if layer.bias is not None:
        x = x + np.asarray(layer.bias, "float64")
    for row, count in enumerate(valid):
        mean, variance = x[row, :count].mean(axis=0), x[row, :count].var(axis=0)
        x[row] = (x[row] - mean) / np.sqrt(variance + 1e-5)
    x = x * np.asarray(layer.gain, "float64") + np.asarray(layer.shift, "float64")
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize(("offset", "scale"), [(0.0, 0.1), (0.3, 0.1), (-0.5, 0.01), (0.0, 1e-4)])
def test_it_equals_a_convolution_and_a_group_norm_over_valid_frames(use_bias, offset, scale):
    layer, waveform = _drawn(use_bias=use_bias), _waveform(offset, scale)
    found, wanted = np.asarray(layer(waveform, MASK)), _direct(layer, waveform, VALID)
    for row, count in enumerate(VALID):
        assert relative_error(found[row, :count], wanted[row, :count]) < 1e-5


def test_frames_outside_the_mask_leave_the_statistics_alone():
    layer, waveform = _drawn(), _waveform()
    noisy = waveform.copy()
    noisy[1, 5 * VALID[1] + 5 :] = 0.9  # the first sample that no valid frame sees
    found, wanted = np.asarray(layer(noisy, MASK)), np.asarray(layer(waveform, MASK))
    np.testing.assert_allclose(found[1, : VALID[1]], wanted[1, : VALID[1]], rtol=1e-5, atol=1e-6)


def test_silence_gives_the_shift_and_no_nan():
    layer = _drawn()
    found = np.asarray(layer(np.zeros((1, 300), "float32"), np.ones((1, 59), bool)))
    shift = np.asarray(layer.shift)
    wanted = 0.5 * shift * (1 + np.vectorize(math.erf)(shift / math.sqrt(2)))
    np.testing.assert_allclose(found, np.broadcast_to(wanted, found.shape), atol=1e-6)


def test_a_clip_without_a_valid_frame_stays_finite():
    assert np.isfinite(_drawn()(_waveform(), np.zeros((2, 59), bool))).all()


@pytest.mark.parametrize("use_bias", [False, True])
def test_the_first_convolution_keeps_the_promises_of_a_layer(use_bias, tmp_path):
    make = lambda **kw: _layer(use_bias=use_bias, **kw)  # noqa: E731
    check_layer(make, [_waveform(), MASK], tmp_path)


def test_a_quiet_high_tone_keeps_its_digits_under_a_loud_low_one():
    """float32 against float64: the covariance of samples alone loses three digits here."""
    times = np.arange(32_000)
    wave = np.sin(2 * np.pi * times / 400) + 1e-3 * np.sin(2 * np.pi * times * 0.45)
    layer = GroupNormConvolution(1, 10, 5)
    layer.build()
    kernel = np.array([(-1.0) ** i * np.hanning(12)[i + 1] for i in range(10)])
    layer.kernel.assign(kernel[:, None, None])
    frames = (len(wave) - 10) // 5 + 1
    found = layer(wave[None].astype("float32"), np.ones((1, frames), bool))
    exact = wave.astype("float32").astype("float64")
    windows = np.stack([exact[5 * i : 5 * i + 10] for i in range(frames)])
    outputs = windows @ layer.kernel.numpy()[:, 0, 0].astype("float64")
    normalized = (outputs - outputs.mean()) / np.sqrt(outputs.var() + 1e-5)
    erf = np.vectorize(math.erf)
    wanted = normalized * 0.5 * (1 + erf(normalized / np.sqrt(2)))
    assert np.abs(np.asarray(found)[0, :, 0] - wanted).max() < 1e-4
