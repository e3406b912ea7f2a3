"""Text normalisation: in Python and in a graph."""

import os
import subprocess
import sys

import keras
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_w2v2.errors import UserError
from keras_w2v2.text import TextNormalizer

# Characters of Unicode 12 at most: TensorFlow's tables for upper and lower case end there.
LETTERS = st.characters(min_codepoint=1, max_codepoint=0x1FFF, exclude_categories=("Cs", "Cn"))
SPACES = st.sampled_from(" \t\r\n\x1f\x85\xa0\u2003\u3000")
TEXTS = st.text(LETTERS | SPACES | st.sampled_from("ſßŉΐﬁﷺ그는客Ａ。-[]^\\"), max_size=20)
NORMALIZERS = st.builds(
    TextNormalizer,
    form=st.sampled_from((None, "NFC", "NFD", "NFKC", "NFKD")),
    case=st.sampled_from((None, "upper", "lower")),
    drop=st.sampled_from(("", ".,?!", "]^\\-[", "ß그")),
    separators=st.sampled_from(("", "-", "-.")),
)


@settings(max_examples=150)
@given(NORMALIZERS, TEXTS)
def test_graph_and_python_agree(normalizer, text):
    in_graph = normalizer(tf.constant(text.encode())).numpy().decode()
    assert in_graph == normalizer(text)


@given(NORMALIZERS, TEXTS)
def test_spaces_are_single_and_inside(normalizer, text):
    assert " ".join(normalizer(text).split(" ")) == normalizer(text)
    assert "  " not in normalizer(text)
    assert normalizer(text) == normalizer(text).strip()


def test_letters_of_every_script_survive():
    for text in ("Anschließende Größe", "广州市房地产", "客観的実在", "그는 걸어갔다", "forêts"):
        assert TextNormalizer()(text) == text


def test_korean_becomes_jamo():
    assert TextNormalizer(form="NFD")("그") == "\u1100\u1173"


def test_case_and_drop_give_librispeech_text():
    normalizer = TextNormalizer(case="upper", drop='.,!?"', separators="-")
    assert normalizer(' "Harrison co-produced, it\'s!" ') == "HARRISON CO PRODUCED IT'S"


def test_batches_of_any_shape_are_normalised():
    batch = tf.constant([["ａ b "], [""]])
    assert TextNormalizer(case="upper")(batch).numpy().tolist() == [[b"A B"], [b""]]


@given(NORMALIZERS)
def test_a_normalizer_survives_its_config(normalizer):
    assert TextNormalizer.from_config(normalizer.get_config()) == normalizer
    stored = keras.saving.serialize_keras_object(normalizer)
    assert keras.saving.deserialize_keras_object(stored) == normalizer


@pytest.mark.parametrize(
    "config, complaint",
    [
        ({"form": "NFX"}, "unknown form 'NFX'"),
        ({"case": "uper"}, "did you mean 'upper'"),
        ({"dropp": "."}, "did you mean 'drop'"),
    ],
)
def test_wrong_settings_are_refused(config, complaint):
    with pytest.raises(UserError, match=complaint):
        TextNormalizer.from_config(config)


def test_the_locale_of_the_machine_changes_no_letter():
    script = """
import tensorflow as tf
from keras_w2v2.text import TextNormalizer
text = "iI\u0130\u0131"
for case in ("upper", "lower"):
    normalizer = TextNormalizer(case=case)
    found = normalizer(tf.constant(text.encode())).numpy().decode()
    assert found == normalizer(text), (case, found)
"""
    environment = os.environ | {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "1"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
