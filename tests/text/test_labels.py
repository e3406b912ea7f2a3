"""Labels encoded in a graph."""

import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from keras_w2v2.errors import UserError
from keras_w2v2.text import TextNormalizer, Vocabulary, label_encoder

VOCABULARY = Vocabulary(["<pad>", "|", "ä", "客", "x", "\u1100", "<unk>"], unknown="<unk>")
ENCODE = tf.function(label_encoder(VOCABULARY), input_signature=[tf.TensorSpec([], tf.string)])


@given(st.text("ä客x \u1100", max_size=30))
def test_the_graph_encodes_as_python_does(text):
    assert ENCODE(text).numpy().tolist() == VOCABULARY.encode(text)


def test_text_is_normalised_first():
    encode = label_encoder(VOCABULARY, TextNormalizer(case="lower"))
    assert encode(tf.constant(" Ä  X")).numpy().tolist() == [2, 1, 4]


def test_the_graph_refuses_characters_outside_too():
    with pytest.raises(tf.errors.InvalidArgumentError, match="outside the vocabulary"):
        ENCODE(tf.constant("xq"))


def test_unknown_characters_become_the_unknown_token_where_allowed():
    encode = label_encoder(VOCABULARY, allow_unknown=True)
    assert encode(tf.constant("xq")).numpy().tolist() == [4, 6]
    with pytest.raises(UserError, match="no unknown token"):
        label_encoder(Vocabulary(["<pad>", "x"]), allow_unknown=True)
