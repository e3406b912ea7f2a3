"""The functions that an exported recogniser offers, as plain TensorFlow."""

from keras_w2v2.errors import UserError
from keras_w2v2.export import graph_audio, graph_text
from keras_w2v2.layers import backward_pass


def recognizer_of(model):
    """Returns a CTC model fit for export: float32 throughout.

    Args:
        model: Wav2Vec2ForCTC of any dtype policy.

    Raises:
        UserError: for another kind of model.
    """
    from keras_w2v2 import Wav2Vec2ForCTC

    if not isinstance(model, Wav2Vec2ForCTC):
        raise UserError(f"cannot export a {type(model).__name__}: fine-tune it with CTC first")
    if model.compute_dtype == "float32":
        return model
    config = model.get_config() | {"dtype": "float32"}
    config["backbone"] = config["backbone"] | {
        "config": config["backbone"]["config"] | {"dtype": "float32"}
    }
    copy = type(model).from_config(config)
    copy.set_weights(model.get_weights())
    return copy


def logits_function(model):
    """Returns f(waveform float32 [batch, samples], length int32 [batch]) -> dict of tensors.

    The dict has "logits" float32 [batch, frames, vocabulary] and "num_frames" int32 [batch],
    the frames of each clip that are valid.
    """
    frames = model.backbone.frames

    def logits(waveform, length):
        import tensorflow as tf

        # A request shorter than one frame answers with no valid frame, not with an error.
        missing = tf.maximum(frames.receptive_field - tf.shape(waveform)[1], 0)
        length = tf.clip_by_value(length, 0, tf.shape(waveform)[1])
        waveform = tf.pad(waveform, [[0, 0], [0, missing]])
        scores = _inferred(model, waveform, length)
        return {"logits": scores, "num_frames": tf.cast(frames.frames(length), tf.int32)}

    return logits


def window_function(model):
    """Returns f(waveform float32 [1, samples], num_samples int32 [1]) for fixed shapes.

    It gives a dict of "logits" float32 [1, frames, vocabulary], "num_frames" int32 [1] and
    "token_ids" int32 [1, frames].
    """
    frames = model.backbone.frames

    def read_window(waveform, num_samples):
        import tensorflow as tf

        num_samples = tf.clip_by_value(num_samples, frames.receptive_field, waveform.shape[1])
        logits = _inferred(model, waveform, num_samples)
        num_frames = tf.cast(frames.frames(num_samples), tf.int32)
        token_ids = greedy_ids(logits[0], num_frames[0], model.blank)
        return {
            "logits": logits,
            "num_frames": num_frames,
            "token_ids": tf.expand_dims(token_ids, 0),
        }

    return read_window


def _inferred(model, waveform, length):
    """Returns the logits, in a graph without the network's own gradients."""
    with backward_pass.left_out():
        return model({"waveform": waveform, "length": length}, training=False)


def greedy_ids(logits, num_frames, blank):
    """Returns the best path of one clip: repeats collapsed, blanks dropped, then -1.

    Made of operations that TFLite has.

    Args:
        logits: float tensor [frames, vocabulary], frames known.
        num_frames: int32 tensor [], valid frames.
        blank: int.

    Returns:
        int32 tensor [frames].
    """
    import tensorflow as tf

    count = logits.shape[0]
    best = tf.argmax(logits, axis=-1, output_type=tf.int32)
    before = tf.concat([tf.constant([-1]), best[:-1]], axis=0)
    kept = (best != before) & (best != blank) & (tf.range(count) < num_frames)
    order = tf.cumsum(tf.cast(kept, tf.int32))
    # One place more than frames takes those that are dropped; places count from 1, so that 0,
    # where nothing was written, becomes -1.
    places = tf.where(kept, order - 1, count)
    found = tf.scatter_nd(tf.expand_dims(places, -1), tf.where(kept, best + 1, 0), [count + 1])
    return found[:count] - 1


def transcribe_function(model, logits):
    """Returns f(waveform, length) -> dict of text, words, times and scores: greedy CTC.

    Args:
        model: Wav2Vec2ForCTC with a vocabulary.
        logits: the function of `logits_function`, or its graph.
    """

    def transcribe(waveform, length):
        result = logits(waveform, length)
        return graph_text.transcripts(
            result["logits"], result["num_frames"], model.vocabulary, model.backbone.frames
        )

    return transcribe


def wav_function(transcribe):
    """Returns f(wav string [batch]) -> the dict of `transcribe`: WAV files in, text out."""

    def transcribe_wav(wav):
        return transcribe(*graph_audio.waveforms(wav))

    return transcribe_wav


def add_endpoint(archive, name, function, inputs):
    """Adds a function to a keras.export.ExportArchive, traced once.

    The archive traces an endpoint twice on its way into a file. It is given the call of a
    finished graph, of which that costs nothing.

    Args:
        archive: keras.export.ExportArchive.
        name: str, the signature in the file.
        function: function of tensors that returns a dict of tensors.
        inputs: list of tf.TensorSpec, named as the arguments shall be.

    Returns:
        The graph, to be called in further endpoints, which then share it.
    """
    import tensorflow as tf

    traced = tf.function(function, inputs, autograph=False).get_concrete_function()
    archive.add_endpoint(name, lambda *tensors: traced(*tensors), input_signature=inputs)
    return traced


def write(archive, folder):
    """Writes a keras.export.ExportArchive to an existing folder.

    Raises:
        UserError: when TensorFlow cannot write there, such as on a full disk.
    """
    import tensorflow as tf

    try:
        archive.write_out(str(folder), verbose=False)
    except tf.errors.OpError as error:  # TensorFlow's file system raises no OSError
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"cannot write to '{folder}': {reason}") from error
