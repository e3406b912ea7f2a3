import pytest

from keras_w2v2.training.error_rates import Errors, count


@pytest.mark.parametrize(
    ("reference", "hypothesis", "character_errors", "word_errors"),
    [
        ("a cat sat", "a cat sat", 0, 0),
        ("a cat sat", "a bat", 5, 2),  # one substitution; four characters and a word deleted
        ("kitten", "sitting", 3, 1),
        ("one", "", 3, 1),
        ("", "um no", 4, 2),
        ("", "", 0, 0),
    ],
)
def test_edits_are_counted(reference, hypothesis, character_errors, word_errors):
    errors = count(reference, hypothesis)
    assert (errors.character_errors, errors.word_errors) == (character_errors, word_errors)


def test_a_rate_over_clips_is_total_edits_over_total_size():
    total = Errors()
    total.add(count("aaaa bbbb", "aaaa bbbb", seconds=1.0))
    total.add(count("c", "d", seconds=0.5))
    assert total.character_error_rate == pytest.approx(1 / 10)
    assert total.word_error_rate == pytest.approx(1 / 3)
    assert (total.clips, total.seconds) == (2, 1.5)


def test_insertions_alone_are_all_wrong():
    assert count("", "um").character_error_rate == 1.0
