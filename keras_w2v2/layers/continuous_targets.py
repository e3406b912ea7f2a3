"""Continuous targets: the features themselves, in the quantizer's place."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_w2v2")
class ContinuousTargets(keras.layers.Layer):
    """Takes each frame's feature as its target, as wav2vec and CPC do (wav2vec 2.0, table 4).

    It has no weights and no codebook, so that nothing can collapse into few codes. Every frame is
    a code of its own: a distractor equals the positive only where it is the same frame.

    Call arguments:
        features: float [batch, frames, channels].

    Returns:
        dict of "quantized" float32 [batch, frames, channels], the features as they are, and
        "codes" int32 [batch, frames, 1], each frame's number in the batch.

    Example:
        >>> ContinuousTargets()(np.ones((2, 3, 8), "float32"))["codes"][1, :, 0]
        [3, 4, 5]
    """

    num_codebooks = 0

    def build(self, features_shape):
        self.code_dim = features_shape[-1]
        self.built = True

    def call(self, features):
        batch, frames, _ = ops.shape(features)
        numbers = ops.reshape(ops.arange(batch * frames, dtype="int32"), [batch, frames, 1])
        return {"quantized": ops.cast(features, "float32"), "codes": numbers}
