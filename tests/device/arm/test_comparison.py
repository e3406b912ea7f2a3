"""The judge of the emulated processors can say no."""

import numpy as np
import pytest

from keras_w2v2 import Vocabulary
from tests.device.arm import comparison

VOCABULARY = Vocabulary(["<pad>", "|", "a", "b"])
IDS = [2, 2, 0, 3, 1, 2]
TEXT, OTHER_TEXT = "ab a", "ab b"


def _logits(ids):
    """Logits [frames, 4] whose best token is the given one, 8 above the others."""
    logits = np.full((len(ids), len(VOCABULARY)), 2, "float32")
    logits[np.arange(len(ids)), ids] = 10
    return logits


def _compare(logits, variant="float32", token_ids=None, expected=None, **case):
    case = {"relative_tolerance": 1e-4, "text": TEXT, "same_text": True} | case
    expected = _logits(IDS) if expected is None else expected
    if token_ids is None:
        token_ids = comparison.collapsed(logits, VOCABULARY.blank)
    return comparison.compare(case, variant, VOCABULARY, expected, logits, token_ids)


def test_the_expected_logits_pass():
    finding = _compare(_logits(IDS))
    assert (finding.failures, finding.relative_error, finding.text) == ((), 0.0, TEXT)
    assert finding.changed == ()


@pytest.mark.parametrize(
    ("variant", "share", "passes"),
    [
        ("float32", 0.9e-4, True),
        ("float32", 1.1e-4, False),
        ("float16", 1.1e-4, False),
        ("int8", 0.9 * comparison.QUANTIZED_LIMIT, True),
        ("int8", 1.1 * comparison.QUANTIZED_LIMIT, False),
        ("int8-full", 1.1 * comparison.QUANTIZED_LIMIT, False),
    ],
)
def test_one_logit_beyond_the_limit_of_its_variant_fails(variant, share, passes):
    logits = _logits(IDS)
    logits[3, 0] += share * np.abs(logits).max()
    finding = _compare(logits, variant)
    assert finding.relative_error == pytest.approx(share, rel=1e-3)
    assert (not finding.failures) == passes


def test_a_case_that_allows_more_gets_more():
    logits = _logits(IDS) + np.float32(0.5)  # 5 % of the largest
    assert _compare(logits, "int8").failures
    assert not _compare(logits, "int8", relative_tolerance=0.06).failures


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_that_are_not_finite_fail(value):
    logits = _logits(IDS)
    logits[-1, 0] = value
    assert "not finite" in _compare(logits, "int8", same_text=False).failures[0]


def test_token_ids_outside_the_vocabulary_fail():
    assert "[4]" in _compare(_logits(IDS), token_ids=[2, 4]).failures[0]


def test_a_frame_too_few_fails():
    assert "shape (5, 4) instead of (6, 4)" in _compare(_logits(IDS)[:-1]).failures[0]


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_token_ids_that_do_not_follow_from_the_logits_fail(variant):
    finding = _compare(_logits(IDS), variant, token_ids=[2, 3, 1, 3])
    assert finding.text == OTHER_TEXT
    assert any("token_ids" in failure for failure in finding.failures)
    assert any(repr(OTHER_TEXT) in failure for failure in finding.failures)


@pytest.mark.parametrize("variant", ["float32", "int8"])
@pytest.mark.parametrize("same_text", [True, False])
def test_another_text_without_another_best_token_fails(variant, same_text):
    finding = _compare(_logits(IDS), variant, text=OTHER_TEXT, same_text=same_text)
    assert finding.failures == (f"text {TEXT!r} instead of {OTHER_TEXT!r}",)


def test_a_narrow_margin_of_a_quantized_file_is_named_and_passes():
    expected, logits = _logits(IDS), _logits(IDS)
    expected[5] = [0, 0, 10.0, 9.9]
    logits[5] = [0, 0, 9.9, 10.0]
    finding = _compare(logits, "int8", expected=expected)
    assert (finding.text, finding.failures) == (OTHER_TEXT, ())
    (changed,) = finding.changed
    assert changed.frame == 5
    assert (changed.margin, changed.error) == pytest.approx((0.1, 0.1), rel=1e-3)


def test_the_same_narrow_margin_fails_a_float_file_that_must_give_the_text():
    expected, logits = _logits(IDS), _logits(IDS)
    expected[5] = [0, 0, 10.0, 9.9]
    logits[5] = [0, 0, 9.9, 10.0]
    case = {"expected": expected, "relative_tolerance": 0.02}
    assert _compare(logits, **case).failures == (f"text {OTHER_TEXT!r} instead of {TEXT!r}",)
    assert not _compare(logits, **case, same_text=False).failures


def test_collapsing_keeps_what_a_blank_parts():
    logits = _logits([0, 2, 2, 0, 2, 3, 0])
    assert comparison.collapsed(logits, blank=0).tolist() == [2, 2, 3]
