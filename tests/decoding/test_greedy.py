"""Greedy decoding: text, times, confidences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_w2v2.decoding import greedy
from keras_w2v2.errors import UserError
from keras_w2v2.frames import FrameArithmetic
from keras_w2v2.text import Vocabulary

FRAMES = FrameArithmetic((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
ENGLISH = Vocabulary(["<pad>", "|", "a", "b", "c", "<s>"])


def logits_of(path, size=6, probability=0.9):
    """Logits whose softmax gives `probability` to the token of each frame."""
    logits = np.full((len(path), size), np.log((1 - probability) / (size - 1)))
    logits[np.arange(len(path)), path] = np.log(probability)
    return logits.astype(np.float32)


def decode(path, vocabulary=ENGLISH, **more):
    logits = logits_of(path, len(vocabulary), **more)
    return greedy.decode(logits, len(path), vocabulary, FRAMES)


def test_repeats_collapse_and_blanks_part_them():
    assert decode([0, 2, 2, 0, 2, 3, 3, 0]).text == "aab"


def test_words_start_and_end_with_their_frames():
    words = decode([0, 2, 2, 0, 3, 1, 1, 0, 4, 0]).words
    assert [word.text for word in words] == ["ab", "c"]
    assert (words[0].start, words[0].end) == pytest.approx((0.02, 0.10))
    assert (words[1].start, words[1].end) == pytest.approx((0.16, 0.18))


def test_delimiters_at_the_ends_and_in_a_row_give_no_empty_words():
    transcript = decode([1, 0, 1, 2, 1, 0, 1, 3, 1])
    assert transcript.text == "a b" and len(transcript.words) == 2


def test_special_tokens_write_nothing():
    assert decode([5, 2, 5, 3]).text == "ab"


def test_confidence_is_the_mean_over_symbols_of_their_best_probability():
    path = [2, 2, 0, 3, 1, 4]
    logits = np.concatenate([logits_of([token], 6, p) for token, p in zip(
        path, (0.5, 0.9, 0.99, 0.7, 0.6, 0.8), strict=True)])  # fmt: skip
    transcript = greedy.decode(logits, 6, ENGLISH, FRAMES)
    assert transcript.words[0].confidence == pytest.approx((0.9 + 0.7) / 2, abs=1e-6)
    assert transcript.words[1].confidence == pytest.approx(0.8, abs=1e-6)
    assert transcript.confidence == pytest.approx((0.9 + 0.7 + 0.8) / 3, abs=1e-6)


def test_nothing_heard_is_an_empty_text_without_confidence():
    for path in ([0, 0, 0], []):
        assert decode(path) == greedy.Transcript("", 0.0, [])


def test_frames_behind_the_valid_ones_are_not_read():
    logits = logits_of([2, 0, 3, 4])
    assert greedy.decode(logits, 2, ENGLISH, FRAMES).text == "a"


def test_logits_of_any_size_give_finite_confidences():
    logits = logits_of([2, 3]) * 1e4
    assert greedy.decode(logits, 2, ENGLISH, FRAMES).confidence == pytest.approx(1)


def test_chinese_gives_a_word_a_character():
    vocabulary = Vocabulary.from_transcripts(["广州市"])
    transcript = decode([0, *vocabulary.encode("广州"), 0], vocabulary)
    assert transcript.text == "广州"
    assert [word.text for word in transcript.words] == ["广", "州"]


def test_jamo_are_composed():
    vocabulary = Vocabulary(["<pad>", "|", "\u1100", "\u1173"])
    assert decode([2, 3], vocabulary).text == "그"


@given(st.lists(st.integers(0, 5), max_size=40))
def test_the_text_is_that_of_the_collapsed_ids(path):
    collapsed = [t for i, t in enumerate(path) if t != 0 and (i == 0 or path[i - 1] != t)]
    transcript = decode(path)
    assert transcript.text == ENGLISH.decode_ids(collapsed)
    times = [time for word in transcript.words for time in (word.start, word.end)]
    assert times == sorted(times)


def test_logits_of_another_vocabulary_are_refused():
    with pytest.raises(UserError, match=r"\(4, 5\).*6 tokens"):
        greedy.decode(np.zeros((4, 5)), 4, ENGLISH, FRAMES)
    with pytest.raises(UserError, match="5 frames asked of 4"):
        greedy.decode(np.zeros((4, 6)), 5, ENGLISH, FRAMES)


@given(st.lists(st.integers(0, 5), max_size=30), st.data())
def test_a_stream_says_the_same_however_it_is_cut(path, data):
    logits = logits_of(path) + np.random.default_rng(len(path)).normal(0, 0.1, (len(path), 6))
    stream, told, at = greedy.Stream(ENGLISH, FRAMES), [], 0
    while at < len(path):
        size = data.draw(st.integers(1, len(path) - at))
        told += stream.push(logits[at : at + size])
        at += size
        partial = stream.partial()
        so_far = greedy.decode(logits[:at], at, ENGLISH, FRAMES).text
        assert " ".join([*(word.text for word in told), *([partial] if partial else [])]) == so_far
    whole = greedy.decode(logits, len(path), ENGLISH, FRAMES)
    assert stream.finish() == whole
    assert told == whole.words[: len(told)]  # a completed word is never taken back


def test_a_partial_reading_looks_ahead_and_keeps_nothing_of_it():
    stream = greedy.Stream(ENGLISH, FRAMES)
    stream.push(logits_of([2, 3]))
    assert stream.partial(logits_of([3, 4, 1, 2])) == "abc a"
    stream.push(logits_of([1]))
    assert stream.finish().text == "ab"
