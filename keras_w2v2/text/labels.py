"""Transcripts to label ids inside a TensorFlow graph."""

from keras_w2v2.errors import UserError


def label_encoder(vocabulary, normalizer=None, allow_unknown=False):
    """Returns a function that encodes a transcript in the graph, as `Vocabulary.encode` does.

    Args:
        vocabulary: Vocabulary.
        normalizer: TextNormalizer or None.
        allow_unknown: bool, write the unknown token for characters outside the vocabulary
            instead of failing.

    Returns:
        Function of a scalar string tensor to int32 [characters]. Where a character is outside
        the vocabulary it raises tf.errors.InvalidArgumentError with the transcript; check the
        transcripts with `Vocabulary.encode` first for a clearer one.

    Example:
        >>> label_encoder(Vocabulary.librispeech())(tf.constant("A CAT"))
    """
    import tensorflow as tf

    if allow_unknown and vocabulary.unknown is None:
        raise UserError("vocabulary: has no unknown token, so it cannot allow unknown ones")
    characters = vocabulary.characters
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(
            tf.constant(list(characters), tf.string),
            tf.constant(list(characters.values()), tf.int32),
        ),
        default_value=-1,
    )

    def encode(transcript):
        text = transcript if normalizer is None else normalizer(transcript)
        ids = table.lookup(tf.strings.unicode_split(text, "UTF-8"))
        if allow_unknown:
            return tf.where(ids < 0, vocabulary.unknown, ids)
        check = tf.debugging.Assert(
            tf.reduce_all(ids >= 0), ["characters outside the vocabulary in", transcript]
        )
        with tf.control_dependencies([] if check is None else [check]):
            return tf.identity(ids)

    return encode
