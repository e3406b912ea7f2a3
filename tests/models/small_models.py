"""Models of a few thousand weights and batches for them."""

import keras
import numpy as np

from keras_w2v2 import Vocabulary, Wav2Vec2Backbone, Wav2Vec2ForCTC, Wav2Vec2ForPreTraining

# A frame every 20 samples, 45 samples long: few operations to trace.
SMALL = {
    "conv_filters": (8, 8, 8),
    "conv_kernels": (10, 4, 3),
    "conv_strides": (5, 2, 2),
    "hidden_dim": 16,
    "num_layers": 2,
    "num_heads": 2,
    "intermediate_dim": 32,
    "position_kernel": 8,
    "position_groups": 2,
}
# The published convolutions: 400 samples a frame.
PUBLISHED_FRAMES = {
    "conv_filters": (8,) * 7,
    "conv_kernels": (10, 3, 3, 3, 3, 2, 2),
    "conv_strides": (5, 2, 2, 2, 2, 2, 2),
}
# Still fewer, where XLA compiles a whole update.
SMALLEST = {
    "conv_filters": (6, 6),
    "conv_kernels": (10, 8),
    "conv_strides": (5, 4),
    "num_layers": 1,
}
UNDROPPED = {
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
    "input_dropout": 0.0,
    "layer_drop": 0.0,
}
DROPPED = {
    "dropout": 0.2,
    "attention_dropout": 0.2,
    "activation_dropout": 0.2,
    "input_dropout": 0.2,
    "layer_drop": 0.1,
}
LAYOUTS = {
    "base": {"feature_norm": "group", "norm_first": False, "conv_bias": False},
    "large": {"feature_norm": "layer", "norm_first": True, "conv_bias": True},
}
PRETRAINING = {
    "codebook_size": 8,
    "code_dim": 8,
    "projection_dim": 8,
    "num_distractors": 10,
    "mask_span": 4,
}
VOCABULARY = Vocabulary(["<pad>", "|", "a", "b", "c"])


def backbone(seed=1, **settings):
    """Returns a Wav2Vec2Backbone, the same weights for the same seed."""
    keras.utils.set_random_seed(seed)
    return Wav2Vec2Backbone.from_preset("wav2vec2_tiny", **(SMALL | settings))


def pretraining(seed=1, **settings):
    """Returns a Wav2Vec2ForPreTraining."""
    keras.utils.set_random_seed(seed)
    return Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny", **(SMALL | PRETRAINING | settings))


def ctc(seed=1, **settings):
    """Returns a Wav2Vec2ForCTC over five tokens, unless a vocabulary_size is given."""
    keras.utils.set_random_seed(seed)
    own = {} if "vocabulary_size" in settings else {"vocabulary": VOCABULARY}
    own |= {"mask_span": 4, "mask_channel_span": 4}
    return Wav2Vec2ForCTC.from_preset("wav2vec2_tiny", **(SMALL | own | settings))


def clips(*lengths, samples=None, seed=0):
    """Returns a batch of noise: {"waveform", "length"}, zero after each clip's length."""
    length = np.array(lengths, "int32")
    samples = samples or max(lengths)
    waveform = np.random.default_rng(seed).normal(0, 0.1, (len(length), samples))
    waveform *= np.arange(samples) < length[:, None]
    return {"waveform": waveform.astype("float32"), "length": length}


def labels(*rows):
    """Returns CTC targets: {"labels", "label_length"}."""
    width = max(map(len, rows))
    padded = [list(row) + [0] * (width - len(row)) for row in rows]
    length = [len(row) for row in rows]
    return {"labels": np.array(padded, "int32"), "label_length": np.array(length, "int32")}


def masked_distractors(mask, count=6):
    """Returns masked frames of its clip for each masked frame: int32 [batch, frames, count]."""
    generator, found = np.random.default_rng(4), np.zeros((*mask.shape, count), "int32")
    for row, frame in zip(*np.nonzero(mask), strict=True):
        found[row, frame] = generator.choice(np.flatnonzero(mask[row]), count)
    return found


def relative_error(found, wanted):
    """Returns the largest absolute difference over the largest absolute value."""
    found, wanted = np.asarray(found, "float64"), np.asarray(wanted, "float64")
    assert found.shape == wanted.shape
    return np.abs(found - wanted).max() / np.abs(wanted).max()
