"""Text normalisation: the same rules for Python strings and inside a TensorFlow graph."""

import re
import unicodedata

from keras_w2v2.errors import UserError, nearest

FORMS = ("NFC", "NFD", "NFKC", "NFKD")
CASES = ("upper", "lower")

# What Unicode calls a space, written out because `\s` means less in a graph (RE2) than in Python.
_SPACES = "[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"


class TextNormalizer:
    """Makes transcripts uniform: Unicode form, case, characters to drop, single spaces.

    The steps run in this order: `form`, `case`, `form` again (a change of case can leave the
    form), `separators` to a space, `drop`, spaces collapsed and trimmed. Letters of any script
    survive unless they are named in `drop`.

    Args:
        form: "NFC", "NFD", "NFKC", "NFKD" or None. NFKC (default) folds full-width and other
            compatibility characters; NFD splits Korean syllables into jamo, for a vocabulary of
            some 70 letters instead of 11 172 syllables.
        case: "upper" (what `Vocabulary.librispeech()` wants), "lower" or None (default).
        drop: str, characters to remove, for example ".,?!"; as they look after `form` and `case`.
        separators: str, characters that part words and become a space, for example "-".

    Raises:
        UserError: an unknown form or case.

    Example:
        >>> TextNormalizer(case="upper", drop=",.")("Guten  Tag, Jürgen.")
        'GUTEN TAG JÜRGEN'
    """

    def __init__(self, form="NFKC", case=None, drop="", separators=""):
        if form is not None and form not in FORMS:
            raise UserError(
                f"text normalisation: unknown form {form!r}{nearest(form, FORMS)}; "
                f"known: {', '.join(FORMS)} or none"
            )
        if case is not None and case not in CASES:
            raise UserError(
                f"text normalisation: unknown case {case!r}{nearest(case, CASES)}; "
                "known: upper, lower or none"
            )
        self.form = form
        self.case = case
        self.drop = drop or ""
        self.separators = separators or ""
        self._table = {ord(c): " " for c in self.separators} | {ord(c): None for c in self.drop}
        self._spaces = re.compile(_SPACES)

    def __call__(self, text):
        """Normalises one str, or a string tensor of any shape (in a graph or eagerly).

        Args:
            text: str, or tf.Tensor of dtype string holding UTF-8.

        Returns:
            str, or a string tensor of the same shape.
        """
        return self._in_python(text) if isinstance(text, str) else self._in_graph(text)

    def _in_python(self, text):
        if self.form:
            text = unicodedata.normalize(self.form, text)
        if self.case:
            text = text.upper() if self.case == "upper" else text.lower()
            if self.form:
                text = unicodedata.normalize(self.form, text)
        if self._table:
            text = text.translate(self._table)
        return self._spaces.sub(" ", text).strip(" ")

    def _in_graph(self, text):
        import tensorflow as tf

        if self.form:
            tf_text = _tensorflow_text()
            text = tf_text.normalize_utf8(text, self.form)
        if self.case:
            # Turkish and Azeri locales would change these letters otherwise, in the graph alone.
            if self.case == "upper":
                text = tf.strings.upper(tf.strings.regex_replace(text, "i", "I"), encoding="utf-8")
            else:
                text = tf.strings.regex_replace(text, "I", "i")
                text = tf.strings.regex_replace(text, "\u0130", "i\u0307")
                text = tf.strings.lower(text, encoding="utf-8")
            if self.form:
                text = tf_text.normalize_utf8(text, self.form)
        separators = set(self.separators) - set(self.drop)  # as str.translate: drop wins
        if separators:
            text = tf.strings.regex_replace(text, _one_of(separators), " ")
        if self.drop:
            text = tf.strings.regex_replace(text, _one_of(self.drop), "")
        text = tf.strings.regex_replace(text, _SPACES, " ")
        return tf.strings.regex_replace(text, "^ | $", "")

    def get_config(self):
        """Returns the arguments as a dict that JSON and YAML can hold."""
        return {
            "form": self.form,
            "case": self.case,
            "drop": self.drop,
            "separators": self.separators,
        }

    @classmethod
    def from_config(cls, config):
        """Makes a normaliser from `get_config()`'s dict.

        Raises:
            UserError: the dict has a key that is no argument.
        """
        known = ("form", "case", "drop", "separators")
        for key in config:
            if key not in known:
                raise UserError(f"text normalisation: unknown key {key!r}{nearest(key, known)}")
        return cls(**config)

    def __eq__(self, other):
        return isinstance(other, TextNormalizer) and self.get_config() == other.get_config()

    def __hash__(self):
        return hash(tuple(self.get_config().values()))

    def __repr__(self):
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"TextNormalizer({arguments})"


def _one_of(characters):
    """Returns an RE2 class of the characters, each by its code so that none is special."""
    return "[" + "".join(f"\\x{{{ord(c):x}}}" for c in sorted(characters)) + "]"


def _tensorflow_text():
    try:
        import tensorflow_text
    except ImportError as error:
        raise UserError(
            f"text normalisation in a graph needs tensorflow-text ({error}): "
            "pip install tensorflow-text"
        ) from error
    return tensorflow_text
