"""Padding never changes a result (correctness notes 6 and 23)."""

import itertools

import numpy as np
import pytest
from small_models import LAYOUTS, PUBLISHED_FRAMES, backbone, clips, ctc, relative_error

LENGTHS = (4000, 2801, 1300)
OUTPUTS = ("hidden", "features", "raw_features")
CASES = list(itertools.product(LAYOUTS, (False, True)))


def _settings(layout, normalize_waveform):
    return PUBLISHED_FRAMES | LAYOUTS[layout] | {"normalize_waveform": normalize_waveform}


def _alone(batch, row):
    length = batch["length"][row]
    return {"waveform": batch["waveform"][row : row + 1, :length], "length": np.array([length])}


@pytest.mark.parametrize(("layout", "normalize_waveform"), CASES)
def test_a_clip_gives_the_same_frames_alone_in_a_batch_and_in_a_longer_buffer(
    layout, normalize_waveform
):
    model = backbone(**_settings(layout, normalize_waveform))
    batch, longer = clips(*LENGTHS), clips(*LENGTHS, samples=7000)
    longer["waveform"][:, :4000] = batch["waveform"]
    longer["waveform"][:, 4000:] = 0
    together, buffered = model(batch), model(longer)
    for row, length in enumerate(LENGTHS):
        alone = model(_alone(batch, row))
        frames = model.frames.frames(length)
        for name in OUTPUTS:
            assert alone[name].shape[1] == frames
            for padded in (together, buffered):
                assert relative_error(padded[name][row, :frames], alone[name][0]) < 1e-5, name


@pytest.mark.parametrize(("layout", "normalize_waveform"), CASES)
def test_a_clip_gives_the_same_logits_alone_and_in_a_batch(layout, normalize_waveform):
    model = ctc(**_settings(layout, normalize_waveform))
    batch = clips(*LENGTHS)
    together = model(batch)
    for row, length in enumerate(LENGTHS):
        frames = model.backbone.frames.frames(length)
        assert relative_error(together[row, :frames], model(_alone(batch, row))[0]) < 1e-5


def test_an_offset_of_the_waveform_changes_nothing_either():
    model = backbone(**_settings("base", False))
    batch = clips(*LENGTHS)
    batch["waveform"] += 0.3 * (np.arange(4000) < batch["length"][:, None])
    together = model(batch)["hidden"]
    for row, length in enumerate(LENGTHS):
        frames = model.frames.frames(length)
        assert relative_error(together[row, :frames], model(_alone(batch, row))["hidden"][0]) < 1e-5


@pytest.mark.parametrize(("layout", "normalize_waveform"), CASES)
def test_finite_noise_after_the_end_of_a_clip_does_not_reach_its_frames(layout, normalize_waveform):
    # Stronger than the contract of zeros after the end. NaN there is another matter: it spreads.
    model = backbone(**_settings(layout, normalize_waveform))
    batch, noisy = clips(*LENGTHS), clips(*LENGTHS)
    after = np.arange(4000) >= batch["length"][:, None]
    noisy["waveform"] += after * np.random.default_rng(3).uniform(-1, 1, after.shape)
    noisy["waveform"] = noisy["waveform"].astype("float32")
    found, wanted = model(noisy)["hidden"], model(batch)["hidden"]
    for row, length in enumerate(LENGTHS):
        frames = model.frames.frames(length)
        assert relative_error(found[row, :frames], wanted[row, :frames]) < 1e-5


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_clip_without_a_frame_leaves_the_others_alone(layout):
    model = backbone(**_settings(layout, True))
    batch = clips(4000, 100)
    outputs = model(batch)
    assert not np.asarray(outputs["frame_mask"])[1].any()
    assert np.isfinite(outputs["hidden"]).all()
    assert relative_error(outputs["hidden"][0], model(_alone(batch, 0))["hidden"][0]) < 1e-5


def test_padded_logits_are_0_for_the_blank_and_very_low_for_the_rest():
    model = ctc(vocabulary_size=4, blank=2)
    logits = np.asarray(model(clips(900, 500)))
    frames = model.backbone.frames.frames(500)
    padded = np.array([-1e4, -1e4, 0, -1e4], "float32")
    np.testing.assert_array_equal(
        logits[1, frames:], np.broadcast_to(padded, logits[1, frames:].shape)
    )
    assert (np.abs(logits[1, :frames]) < 100).all()
    assert np.isfinite(logits.astype("float16")).all()
