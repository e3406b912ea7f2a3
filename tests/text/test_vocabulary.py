"""Vocabularies: ids, text, files."""

import json
import unicodedata

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_w2v2.errors import UserError
from keras_w2v2.text import TextNormalizer, Vocabulary

LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="|")
SENTENCES = st.lists(st.text(LETTERS, min_size=1, max_size=6), min_size=1, max_size=6).map(" ".join)


def test_the_librispeech_vocabulary_is_that_of_the_published_checkpoints():
    vocabulary = Vocabulary.librispeech()
    assert len(vocabulary) == 32
    assert vocabulary.tokens[:8] == ("<pad>", "<s>", "</s>", "<unk>", "|", "E", "T", "A")
    assert "".join(vocabulary.tokens[8:]) == "ONIHSRDLUMWCFGYPBVK'XJQZ"
    assert (vocabulary.blank, vocabulary.unknown, vocabulary.word_delimiter) == (0, 3, 4)


@given(st.lists(SENTENCES, min_size=1, max_size=4))
def test_decoding_undoes_encoding(transcripts):
    vocabulary = Vocabulary.from_transcripts(transcripts)
    for transcript in transcripts:
        ids = vocabulary.encode(transcript)
        assert len(ids) == len(transcript)
        assert vocabulary.blank not in ids
        assert vocabulary.decode_ids(ids) == unicodedata.normalize("NFC", transcript)


@given(st.lists(SENTENCES, min_size=1, max_size=4))
def test_a_vocabulary_survives_its_file(tmp_path_factory, transcripts):
    folder = tmp_path_factory.mktemp("vocabulary")
    vocabulary = Vocabulary.from_transcripts(transcripts)
    path = vocabulary.save(folder)
    assert Vocabulary.load(folder) == Vocabulary.load(path) == vocabulary


@pytest.mark.parametrize(
    "vocabulary",
    [
        Vocabulary.librispeech(),
        Vocabulary(["a", "_", "b", "?"], blank="_", word_delimiter=None, unknown="?"),
        Vocabulary(["<pad>", " ", "a"], word_delimiter=" "),
        Vocabulary(["<pad>", "<unk>", "|", "a"]),
    ],
)
def test_unusual_roles_survive_the_file_and_the_config(vocabulary, tmp_path):
    vocabulary.save(tmp_path)
    assert Vocabulary.load(tmp_path) == vocabulary
    assert Vocabulary.from_config(vocabulary.get_config()) == vocabulary
    stored = keras.saving.serialize_keras_object(vocabulary)
    assert keras.saving.deserialize_keras_object(stored) == vocabulary


def test_saving_over_another_vocabulary_forgets_its_roles(tmp_path):
    Vocabulary(["a", "_"], blank="_").save(tmp_path)
    Vocabulary.librispeech().save(tmp_path)
    assert Vocabulary.load(tmp_path) == Vocabulary.librispeech()


def test_characters_outside_are_refused_with_their_transcript():
    with pytest.raises(UserError, match=r"'JÜRGEN 7'.*'Ü' \(U\+00DC\), '7'"):
        Vocabulary.librispeech().encode("JÜRGEN 7")


def test_the_refusal_of_lower_case_says_to_change_the_case():
    with pytest.raises(UserError, match="case: upper"):
        Vocabulary.librispeech().encode("hello there")


def test_the_word_delimiter_itself_cannot_be_written_in_text():
    with pytest.raises(UserError, match="outside the vocabulary"):
        Vocabulary.librispeech().encode("A|B")
    with pytest.raises(UserError, match="drop"):
        Vocabulary.from_transcripts(["a|b"])


def test_unknown_characters_become_the_unknown_token_where_allowed():
    vocabulary = Vocabulary.librispeech()
    assert vocabulary.encode("AÜ", allow_unknown=True) == [vocabulary.tokens.index("A"), 3]
    with pytest.raises(UserError, match="no unknown token"):
        Vocabulary(["<pad>", "a"]).encode("b", allow_unknown=True)


def test_chinese_needs_no_word_delimiter():
    vocabulary = Vocabulary.from_transcripts(["广州市", "房地产"])
    assert vocabulary.word_delimiter is None
    assert vocabulary.decode_ids(vocabulary.encode("房地产")) == "房地产"
    with pytest.raises(UserError, match="' ' \\(U\\+0020\\)"):
        vocabulary.encode("广 州")


def test_korean_jamo_come_back_as_syllables():
    text = "그는 걸어갔다"
    jamo = TextNormalizer(form="NFD")(text)
    vocabulary = Vocabulary.from_transcripts([jamo])
    assert len(jamo) > len(text)
    assert vocabulary.decode_ids(vocabulary.encode(jamo)) == text


def test_special_tokens_write_nothing_and_delimiters_one_space():
    vocabulary = Vocabulary.librispeech()
    e = vocabulary.tokens.index("E")
    assert vocabulary.decode_ids([4, 1, e, 0, 4, 4, 3, e, 2, 4]) == "E E"
    with pytest.raises(UserError, match="id 32"):
        vocabulary.decode_ids([32])


@pytest.mark.parametrize(
    "tokens, arguments, complaint",
    [
        ([], {}, "no tokens"),
        (["<pad>", "a", "a"], {}, "twice"),
        (["<pad>", ""], {}, "non-empty"),
        (["a", "b"], {}, "blank token '<pad>'"),
        (["<pad>"], {"unknown": "<unk>"}, "unknown token '<unk>'"),
    ],
)
def test_wrong_tokens_are_refused(tokens, arguments, complaint):
    with pytest.raises(UserError, match=complaint):
        Vocabulary(tokens, **arguments)


@pytest.mark.parametrize(
    "content, complaint",
    [
        ("not json", "no JSON"),
        ("[1, 2]", "one object"),
        ('{"<pad>": 0, "a": 2}', "0 to 1"),
        ('{"<pad>": 0, "a": "1"}', "one object"),
        ('{"de": {"<pad>": 0}, "fr": {"<pad>": 0}}', "one vocabulary a language"),
    ],
)
def test_broken_files_are_refused(tmp_path, content, complaint):
    (tmp_path / "vocab.json").write_text(content)
    with pytest.raises(UserError, match=complaint):
        Vocabulary.load(tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        Vocabulary.load(tmp_path)


def test_hugging_face_folders_tell_their_roles(tmp_path):
    (tmp_path / "vocab.json").write_text(json.dumps({"[PAD]": 2, "a": 0, "#": 1}))
    (tmp_path / "added_tokens.json").write_text(json.dumps({"<s>": 3}))
    roles = {"pad_token": {"content": "[PAD]"}, "word_delimiter_token": "#"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(roles))
    vocabulary = Vocabulary.load(tmp_path)
    assert vocabulary.tokens == ("a", "#", "[PAD]", "<s>")
    assert (vocabulary.blank, vocabulary.word_delimiter, vocabulary.unknown) == (2, 1, None)


def test_fairseq_dictionaries_get_their_special_tokens(tmp_path):
    letters = Vocabulary.librispeech().tokens[4:]
    lines = "".join(f"{letter} {1000 - i}\n" for i, letter in enumerate(letters))
    (tmp_path / "dict.ltr.txt").write_text(lines)
    assert Vocabulary.load(tmp_path / "dict.ltr.txt") == Vocabulary.librispeech()


def test_a_plain_list_of_tokens_is_a_vocabulary(tmp_path):
    (tmp_path / "tokens.txt").write_text("<pad>\n|\nä\ntʃ\n", encoding="utf-8")
    vocabulary = Vocabulary.load(tmp_path / "tokens.txt")
    assert vocabulary.tokens == ("<pad>", "|", "ä", "tʃ")
    assert vocabulary.decode_ids([3, 2]) == "tʃä"
