"""What each layer of a frozen backbone gives for clips, and the same of random weights."""

import numpy as np

CLIPS_A_BATCH = 32


def states(backbone, clips):
    """Yields (place of the clip, float32 [layers + 1, frames, hidden_dim]), shortest clip first.

    Args:
        backbone: Wav2Vec2Backbone.
        clips: list of data.records.Clip.

    Yields:
        The states of valid frames alone, the first block's input first.
    """
    by_length = sorted(range(len(clips)), key=lambda i: len(clips[i].waveform))
    for at in range(0, len(by_length), CLIPS_A_BATCH):
        chosen = by_length[at : at + CLIPS_A_BATCH]
        lengths = np.array([len(clips[i].waveform) for i in chosen], np.int32)
        padded = np.zeros((len(chosen), lengths.max()), np.float32)
        for row, i in zip(padded, chosen, strict=True):
            row[: len(clips[i].waveform)] = clips[i].waveform
        layers = backbone.hidden_states({"waveform": padded, "length": lengths})
        layers = np.stack([np.asarray(layer) for layer in layers])
        for row, (i, frames) in enumerate(
            zip(chosen, backbone.frames.frames(lengths), strict=True)
        ):
            yield i, layers[:, row, :frames]


def with_random_weights(trained):
    """Returns a backbone of the same architecture that has learnt nothing, always the same."""
    from keras_w2v2 import Wav2Vec2Backbone
    from keras_w2v2.training.runs import seeding

    with seeding.seeded(0):
        random = Wav2Vec2Backbone.from_config(trained.get_config())
        random.build(None)
    return random
