"""Greedy CTC as a TensorFlow graph: text, words, times and confidences without any Python."""


def transcripts(logits, num_frames, vocabulary, frames):
    """Reads a batch of logits as `decoding.greedy` does.

    Args:
        logits: float tensor [batch, frames, vocabulary].
        num_frames: int tensor [batch], valid frames.
        vocabulary: Vocabulary.
        frames: FrameArithmetic, for the times.

    Returns:
        dict of "text" string [batch], "confidence" float32 [batch], and for each word "words"
        string, "starts", "ends" (seconds) and "scores" float32, all [batch, most words], filled up
        with "" and 0. Characters come as the vocabulary has them: decomposed Korean jamo stay
        decomposed, because TensorFlow alone has no Unicode composition.
    """
    import tensorflow as tf

    clips = tf.shape(logits)[0]
    runs = _runs(logits, num_frames)
    pieces = ["" if i in vocabulary.silent else t for i, t in enumerate(vocabulary.tokens)]
    writes = [i not in vocabulary.silent for i in range(len(vocabulary))]
    breaks = tf.zeros_like(runs["token"])
    if vocabulary.word_delimiter is not None:
        writes[vocabulary.word_delimiter] = False
        breaks = tf.cast(runs["token"] == vocabulary.word_delimiter, tf.int32)
    heard = tf.gather(tf.constant([False, *writes]), runs["token"] + 1)  # -1 is no token
    runs["delimiters"] = tf.cumsum(breaks)
    symbols = {name: tf.boolean_mask(values, heard) for name, values in runs.items()}
    word = _word_of(symbols, parted=vocabulary.word_delimiter is not None)
    count = tf.reduce_max(tf.concat([word, [-1]], 0)) + 1
    letters = tf.gather(tf.constant(pieces), symbols["token"])

    def of_words(values, reduce):
        return reduce(values, word, count)

    clip_of_word = of_words(symbols["clip"], tf.math.unsorted_segment_max)

    def by_clip(values, **fill):
        ragged = tf.RaggedTensor.from_value_rowids(values, clip_of_word, nrows=clips)
        return ragged, ragged.to_tensor(**fill)

    first = of_words(symbols["begin"], tf.math.unsorted_segment_min)
    last = of_words(symbols["end"], tf.math.unsorted_segment_max)
    scores = of_words(symbols["confidence"], tf.math.unsorted_segment_mean)
    ragged, words = by_clip(of_words(letters, tf.strings.unsorted_segment_join), default_value="")
    gap = "" if vocabulary.word_delimiter is None else " "
    return {
        "text": tf.strings.reduce_join(ragged, axis=-1, separator=gap),
        "confidence": tf.math.unsorted_segment_mean(symbols["confidence"], symbols["clip"], clips),
        "words": words,
        "starts": by_clip(_seconds(first, frames))[1],
        "ends": by_clip(_seconds(last, frames))[1],
        "scores": by_clip(scores)[1],
    }


def _runs(logits, num_frames):
    """Returns the runs of one best token of all clips, one after the other: dict of [runs].

    "token" (-1 in padding), "clip", "begin" and "end" (frames), "confidence".
    """
    import tensorflow as tf

    shape = tf.shape(logits)
    valid = tf.sequence_mask(num_frames, shape[1])
    best = tf.where(valid, tf.argmax(logits, axis=-1, output_type=tf.int32), -1)
    probability = tf.reshape(tf.reduce_max(tf.nn.softmax(logits), axis=-1), [-1])
    before = tf.concat([tf.fill([shape[0], 1], -2), best[:, :-1]], axis=1)
    starts = tf.reshape(best != before, [-1])
    run = tf.cumsum(tf.cast(starts, tf.int32)) - 1
    count = tf.reduce_sum(tf.cast(starts, tf.int32))
    frame = tf.reshape(tf.broadcast_to(tf.range(shape[1]), shape[:2]), [-1])
    clip = tf.reshape(tf.broadcast_to(tf.range(shape[0])[:, None], shape[:2]), [-1])
    return {
        "token": tf.boolean_mask(tf.reshape(best, [-1]), starts),
        "clip": tf.boolean_mask(clip, starts),
        "begin": tf.boolean_mask(frame, starts),
        "end": tf.math.unsorted_segment_max(frame, run, count) + 1,
        "confidence": tf.math.unsorted_segment_max(probability, run, count),
    }


def _word_of(symbols, parted):
    """Returns the number of the word, over all clips, that each symbol belongs to."""
    import tensorflow as tf

    count = tf.shape(symbols["token"])[0]
    if not parted:
        return tf.range(count)
    places = tf.stack([symbols["clip"], symbols["delimiters"]], axis=1)
    another = tf.reduce_any(places[1:] != places[:-1], axis=1)
    begins = tf.concat([tf.ones([tf.minimum(count, 1)], tf.bool), another], axis=0)
    return tf.cumsum(tf.cast(begins, tf.int32)) - 1


def _seconds(frame, frames):
    import tensorflow as tf

    return tf.cast(frame, tf.float32) * frames.frame_seconds
