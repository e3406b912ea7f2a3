import numpy as np

from keras_w2v2.decoding.greedy import Word
from keras_w2v2.frames import FrameArithmetic
from keras_w2v2.training.reports import alignment_picture

FRAMES = FrameArithmetic((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
TOKENS = ["<pad>", "|", "A", "B"]


def logits():
    """Says "B A" in 49 frames."""
    scores = np.zeros((49, 4), np.float32)
    scores[:, 0] = 8.0
    for frame, token in ((10, 3), (20, 1), (30, 2)):
        scores[frame] = [0, 0, 0, 0]
        scores[frame, token] = 9.0
    return scores


def test_tokens_stand_in_the_order_of_being_heard_and_blank_last():
    shares = alignment_picture._softmax(logits())
    assert alignment_picture._tokens_in_order(shares, blank=0) == [3, 1, 2, 0]


def test_a_sentence_is_drawn():
    words = [Word("B", 0.2, 0.22, 0.9), Word("A", 0.6, 0.62, 0.9)]
    png = alignment_picture.alignment(
        np.zeros(16_000, np.float32), logits(), TOKENS, 0, words, FRAMES
    )
    assert png.startswith(b"\x89PNG")


def test_silence_without_words_is_drawn_too():
    scores = np.zeros((49, 4), np.float32)
    scores[:, 0] = 9.0
    png = alignment_picture.alignment(np.zeros(16_000, np.float32), scores, TOKENS, 0, [], FRAMES)
    assert png.startswith(b"\x89PNG")
