"""The feature penalty: keeps the encoder's raw output small."""

from keras import ops


def feature_energy(raw_features, frame_mask):
    """Returns (sum of squares over valid frames, number of values summed).

    Their ratio is fairseq's `features_pen`, the mean square of the encoder's output before its
    LayerNorm.

    Args:
        raw_features: float [batch, frames, channels].
        frame_mask: bool [batch, frames].
    """
    features = ops.cast(raw_features, "float32")
    valid = ops.cast(frame_mask, "float32")
    energy = ops.sum(ops.square(features) * ops.expand_dims(valid, -1))
    return energy, ops.sum(valid) * features.shape[-1]
