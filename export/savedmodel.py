"""A recogniser as a TensorFlow SavedModel, for servers."""

from keras_w2v2.export import metadata, serving, verify, warmup
from keras_w2v2.interop import atomic


def export(model, folder, clips=None, about=None, check=None):
    """Writes a SavedModel that needs nothing but TensorFlow to run.

    Signatures, for any batch size and length:

    - serving_default(waveform float32 [batch, samples], length int32 [batch]) -> logits float32
      [batch, frames, vocabulary] and num_frames int32 [batch];
    - transcribe(waveform, length) -> text string [batch], confidence float32 [batch], and words
      string, starts, ends (seconds) and scores float32 [batch, words] (with a vocabulary);
    - transcribe_wav(wav string [batch]) -> the same, of WAV files of 8, 16, 24 or 32-bit PCM or
      32-bit float at any rate.

    Waveforms are 16 kHz in [-1, 1]; what the model's checkpoint wants beyond that (zero mean,
    unit variance) happens inside. assets/ holds metadata.json and vocab.json, assets.extra/ the
    requests with which TensorFlow Serving warms up, and a batching configuration.

    Args:
        model: Wav2Vec2ForCTC.
        folder: str or path; appears whole or not at all, and replaces an older SavedModel.
        clips: list of float32 [samples], run through both models; None takes noise.
        about: dict with any of "languages", "training" and "licence", for the description.
        check: function of the finished folder's path before it has its name, which raises where
            it is not good enough; None compares with Keras on the clips.

    Returns:
        What `check` returns: by default verify.Row with the difference from Keras.

    Raises:
        UserError: for another kind of model, or a place that cannot be written.
        verify.ExportError: when the result differs from Keras; nothing is left behind.

    Example:
        >>> export(model, "server/1")
        >>> served = tf.saved_model.load("server/1")
        >>> served.signatures["transcribe"](waveform=waveform, length=length)["text"]
    """
    import keras
    import tensorflow as tf

    model = serving.recognizer_of(model)
    inputs = [
        tf.TensorSpec([None, None], tf.float32, name="waveform"),
        tf.TensorSpec([None], tf.int32, name="length"),
    ]
    # The endpoints bring their variables along; `track` would store every weight twice.
    archive = keras.export.ExportArchive()
    function = serving.logits_function(model)
    logits = serving.add_endpoint(archive, "serving_default", function, inputs)
    if model.vocabulary is not None:
        function = serving.transcribe_function(model, logits)
        transcribe = serving.add_endpoint(archive, "transcribe", function, inputs)
        files = [tf.TensorSpec([None], tf.string, name="wav")]
        function = serving.wav_function(transcribe)
        serving.add_endpoint(archive, "transcribe_wav", function, files)
    with atomic.folder(folder, marker="saved_model.pb") as partial:
        serving.write(archive, partial)
        warmup.write(partial, ["serving_default"] + ["transcribe"] * bool(model.vocabulary))
        (partial / "assets").mkdir(exist_ok=True)
        metadata.write_beside(partial / "assets", metadata.describe(model, "float32", about=about))
        if check is not None:
            return check(partial)
        return verify.require_equal(model, partial, clips, shown_as=folder)
