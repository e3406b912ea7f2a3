"""Zero mean and unit variance for each clip, over its valid samples."""

import keras
from keras import ops

from keras_w2v2.layers.masking import long_sequence_mask


def normalize_waveform(waveform, length, epsilon=1e-7):
    """Returns each clip with zero mean and unit variance, and zero after its end.

    What LARGE LV-60, XLS-R and later checkpoints were trained on; BASE LibriSpeech was not.
    The epsilon is the one of Hugging Face's feature extractor (fairseq: 1e-5).

    Args:
        waveform: float tensor [batch, samples].
        length: int tensor [batch], valid samples of each clip.
        epsilon: float, added to the variance.
    """
    dtype = keras.backend.standardize_dtype(waveform.dtype)
    waveform = ops.cast(waveform, "float32")
    valid = ops.cast(long_sequence_mask(length, ops.shape(waveform)[1]), "float32")
    count = ops.maximum(ops.cast(ops.expand_dims(length, 1), "float32"), 1.0)
    mean = ops.sum(waveform * valid, axis=1, keepdims=True) / count
    centered = (waveform - mean) * valid
    variance = ops.sum(ops.square(centered), axis=1, keepdims=True) / count
    return ops.cast(centered * ops.rsqrt(variance + epsilon), dtype)
