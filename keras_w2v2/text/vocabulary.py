"""The tokens that a recogniser writes, and their numbers."""

import unicodedata
from pathlib import Path

from keras_w2v2.errors import UserError

# facebook/wav2vec2-base-960h and its relatives: letters by their frequency in LibriSpeech.
LIBRISPEECH = ("<pad>", "<s>", "</s>", "<unk>", *"|ETAONIHSRDLUMWCFGYPBVK'XJQZ")


class Vocabulary:
    """Tokens and their ids; text to ids and back.

    A token is one character, a special token such as "<s>", or several characters (as in
    phoneme vocabularies), which can be read from a model but not encoded from text.

    Args:
        tokens: list of str; the position of a token is its id.
        blank: str, the token that CTC reads as "nothing new"; must be among the tokens.
        word_delimiter: str, the token that stands for a space. A vocabulary whose tokens lack it
            has no word delimiter (Chinese, Japanese): spaces then cannot be encoded.
        unknown: str or None, the token for characters outside the vocabulary; used only where
            `encode` is told to `allow_unknown`.

    Attributes:
        tokens: tuple of str.
        blank: int, id of the blank.
        word_delimiter: int or None, id of the word delimiter.
        unknown: int or None, id of the unknown token.

    Raises:
        UserError: no tokens, repeated or empty ones, or a blank or unknown not among them.

    Example:
        >>> vocabulary = Vocabulary(["<pad>", "|", "a", "b"])
        >>> vocabulary.encode("ab a"), vocabulary.decode_ids([2, 3, 1, 2])
        ([2, 3, 1, 2], 'ab a')
    """

    def __init__(self, tokens, blank="<pad>", word_delimiter="|", unknown=None):
        self.tokens = tuple(tokens)
        _check_tokens(self.tokens)
        self._ids = {token: i for i, token in enumerate(self.tokens)}
        for role, token in (("blank", blank), ("unknown", unknown)):
            if token is not None and token not in self._ids:
                raise UserError(
                    f"vocabulary: the {role} token {token!r} is not among the {len(self)} tokens: "
                    f"name one of them as `{role}`, or add it"
                )
        if blank is None:
            raise UserError("vocabulary: CTC needs a blank: name the token that is it")
        self.blank = self._ids[blank]
        self.word_delimiter = self._ids.get(word_delimiter)
        self.unknown = None if unknown is None else self._ids[unknown]
        self._characters = {
            token: i
            for token, i in self._ids.items()
            if len(token) == 1 and i not in (self.blank, self.word_delimiter, self.unknown)
        }
        if self.word_delimiter is not None:
            self._characters[" "] = self.word_delimiter

    @property
    def characters(self):
        """Dict of the characters that text may hold (a space for the delimiter) to their ids."""
        return dict(self._characters)

    @property
    def silent(self):
        """Frozenset of the ids that decode to nothing: blank, unknown and special tokens."""
        special = (i for token, i in self._ids.items() if _is_special(token))
        silent = frozenset(special) | {self.blank, self.unknown}
        return silent - {None, self.word_delimiter}

    def __len__(self):
        return len(self.tokens)

    def missing(self, text):
        """Returns the characters of `text` outside the vocabulary, each once, in order (str)."""
        return "".join(dict.fromkeys(c for c in text if c not in self._characters))

    def encode(self, text, allow_unknown=False):
        """Returns the ids of the characters of `text` (list of int).

        Args:
            text: str, normalised text; a space becomes the word delimiter.
            allow_unknown: bool, write the unknown token for characters outside the vocabulary.

        Raises:
            UserError: characters outside the vocabulary; the message names them and the text.
        """
        try:
            return [self._characters[character] for character in text]
        except KeyError:
            if not allow_unknown:
                raise UserError(self.refusal(text)) from None
        if self.unknown is None:
            raise UserError("vocabulary: has no unknown token, so it cannot allow unknown ones")
        return [self._characters.get(character, self.unknown) for character in text]

    def refusal(self, text):
        """Returns the sentence that refuses `text` for its characters outside the vocabulary."""
        missing = self.missing(text)
        names = ", ".join(f"{c!r} (U+{ord(c):04X})" for c in missing[:10])
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        shown = text if len(text) <= 80 else text[:77] + "..."
        mend = _mend(missing, self._characters)
        return f"transcript {shown!r} has characters outside the vocabulary: {names}{more}; {mend}"

    def decode_ids(self, ids):
        """Returns the text of a sequence of ids, as they are: no collapsing of repeats.

        Special tokens write nothing, word delimiters one space between words. Jamo are
        composed into Korean syllables (and other decomposed letters into one character: NFC).

        Args:
            ids: iterable of int.

        Raises:
            UserError: an id outside the vocabulary.
        """
        silent, pieces = self.silent, []
        for i in map(int, ids):
            if not 0 <= i < len(self.tokens):
                raise UserError(f"id {i} is outside the vocabulary of {len(self)} tokens")
            if i == self.word_delimiter:
                pieces.append(" ")
            elif i not in silent:
                pieces.append(self.tokens[i])
        words = filter(None, "".join(pieces).split(" "))
        return unicodedata.normalize("NFC", " ".join(words))

    @classmethod
    def librispeech(cls):
        """Returns the 32 tokens of the published English checkpoints (upper case)."""
        return cls(LIBRISPEECH, unknown="<unk>")

    @classmethod
    def from_transcripts(cls, transcripts):
        """Collects the characters of transcripts.

        Ids: 0 the blank "<pad>", then the word delimiter "|" if any transcript has a space, then
        the characters by code point. Normalise the transcripts before.

        Args:
            transcripts: iterable of str.

        Raises:
            UserError: no characters at all, or a transcript holds "|" besides spaces.
        """
        characters = set()
        for transcript in transcripts:
            characters.update(transcript)
        if not characters - {" "}:
            raise UserError(
                "vocabulary: the transcripts hold no characters: prepare labelled audio, or name "
                "a vocabulary file"
            )
        if "|" in characters:
            raise UserError(
                "vocabulary: a transcript holds '|', which stands for the space between words: "
                "drop it with the text normaliser (drop='|')"
            )
        delimiter = ["|"] if " " in characters else []
        return cls(["<pad>", *delimiter, *sorted(characters - {" "})])

    @classmethod
    def load(cls, path):
        """Reads a vocabulary from a file or from the folder that holds a `vocab.json`.

        See `keras_w2v2.text.vocabulary_file` for the kinds of file.

        Raises:
            UserError: the file is missing or is no vocabulary.
        """
        from keras_w2v2.text import vocabulary_file

        return cls(**vocabulary_file.read(Path(path)))

    def save(self, folder):
        """Writes `vocab.json` ({token: id}, as Hugging Face) into a folder; returns its path."""
        from keras_w2v2.text import vocabulary_file

        return vocabulary_file.write(self, Path(folder))

    def get_config(self):
        """Returns the arguments as a dict that JSON can hold."""
        name = self.tokens.__getitem__
        return {
            "tokens": list(self.tokens),
            "blank": name(self.blank),
            "word_delimiter": None if self.word_delimiter is None else name(self.word_delimiter),
            "unknown": None if self.unknown is None else name(self.unknown),
        }

    @classmethod
    def from_config(cls, config):
        """Makes a vocabulary from `get_config()`'s dict."""
        return cls(**config)

    def __eq__(self, other):
        return isinstance(other, Vocabulary) and self.get_config() == other.get_config()

    def __hash__(self):
        return hash((self.tokens, self.blank, self.word_delimiter, self.unknown))

    def __repr__(self):
        shown = " ".join(self.tokens[:8]) + (" …" if len(self) > 8 else "")
        return f"<Vocabulary of {len(self)} tokens: {shown}>"


def _is_special(token):
    return len(token) > 2 and (token[0] + token[-1]) in ("<>", "[]")


def _check_tokens(tokens):
    if not tokens:
        raise UserError("vocabulary: holds no tokens")
    seen = set()
    for token in tokens:
        if not isinstance(token, str) or not token:
            raise UserError(f"vocabulary: {token!r} is no token: each must be a non-empty text")
        if token in seen:
            raise UserError(f"vocabulary: the token {token!r} is there twice: remove one")
        seen.add(token)


def _mend(missing, characters):
    """Returns what most likely makes the missing characters known."""
    for case, change in (("upper", str.upper), ("lower", str.lower)):
        if any(c.isalpha() for c in missing) and all(
            change(c) in characters for c in missing if c.isalpha()
        ):
            return f"normalise the text (case: {case}; drop what is no letter)"
    return "drop them with the text normaliser, or use a vocabulary that has them"
