"""What a training step costs, from the architecture alone: multiplications and memory.

A multiply and an add are two FLOPs. Only matrix products and convolutions count; the rest is
memory traffic, which the measured utilisation of a device stands for.
"""

from dataclasses import dataclass

from keras_w2v2.frames import SAMPLE_RATE, FrameArithmetic

# Values that a training step keeps for its backward pass, fitted to the peaks of LARGE with 2 and
# 8 blocks (docs/results.md): of each frame in a block, in units of the width, of the inner width
# and of one row of attention; and of each output value of a convolution of the encoder.
KEPT_WIDTHS = 18
KEPT_INNER = 5
KEPT_ATTENTION = 2
KEPT_CONVOLUTION = 6


@dataclass(frozen=True)
class Architecture:
    """The numbers of a task model that its cost follows from.

    Args:
        settings: dict, the backbone's configuration and the head's.
        trained_encoder: bool, whether gradients reach the convolutions.
        head_flops: float, FLOPs of a frame in what follows the backbone.
    """

    settings: dict
    trained_encoder: bool
    head_flops: float

    @classmethod
    def of(cls, model):
        """Returns the Architecture of a task model, with weights or without."""
        settings = model.backbone.get_config() | model.get_config()
        width, features = settings["hidden_dim"], settings["conv_filters"][-1]
        if "codebook_size" not in settings:
            head = 2 * width * model.vocabulary_size
            return cls(settings, not settings["freeze_feature_encoder"], head)
        codes = settings["num_codebooks"] * settings["codebook_size"]
        projection, target = settings["projection_dim"], settings["code_dim"]
        look_up = 2 * settings["codebook_size"] * target
        if not codes:  # continuous targets
            look_up, target = 0, features
        head = 2 * features * codes + look_up + 2 * (width + target) * projection
        return cls(settings, settings["feature_grad_mult"] > 0, head)

    @property
    def frames(self):
        """FrameArithmetic of the encoder."""
        return FrameArithmetic(self.settings["conv_kernels"], self.settings["conv_strides"])

    def _convolutions(self, samples):
        """Yields (output values, FLOPs) of each convolution over so many samples."""
        own, channels = self.settings, 1
        shapes = (own["conv_filters"], own["conv_kernels"], own["conv_strides"])
        for filters, kernel, stride in zip(*shapes, strict=True):
            samples = (samples - kernel) // stride + 1
            yield samples * filters, 2.0 * samples * filters * kernel * channels
            channels = filters

    def clip_flops(self, seconds):
        """Returns the FLOPs of one clip's training step: forward, backward, and once more.

        Args:
            seconds: float, length of the clip.
        """
        own = self.settings
        samples = round(seconds * SAMPLE_RATE)
        frames, width = self.frames.frames(samples), own["hidden_dim"]
        encoder = sum(flops for _, flops in self._convolutions(samples))
        block = 8 * width**2 + 4 * width * own["intermediate_dim"] + 4 * frames * width
        blocks = frames * own["num_layers"] * block * (1 - own["layer_drop"])
        between = 2 * own["conv_filters"][-1] * width
        between += 2 * own["position_kernel"] * width**2 / own["position_groups"]
        again = 1 if own["recompute"] else 0  # the products of blocks and convolutions
        passes = 3 + again if self.trained_encoder else 1
        return passes * encoder + (3 + again) * blocks + 3 * frames * (between + self.head_flops)

    def clip_activations(self, seconds, value_bytes):
        """Returns the bytes that a step keeps of one clip for its backward pass.

        Args:
            seconds: float, length of the clip.
            value_bytes: int, of a value in the compute dtype.
        """
        own = self.settings
        samples = round(seconds * SAMPLE_RATE)
        frames, width = self.frames.frames(samples), own["hidden_dim"]
        outputs = [values for values, _ in self._convolutions(samples)]
        attention = KEPT_ATTENTION * own["num_heads"] * frames
        inside = frames * (KEPT_WIDTHS * width + KEPT_INNER * own["intermediate_dim"] + attention)
        layers = own["num_layers"]
        if own["recompute"]:  # the inputs of all, and all of the one that is computed again
            blocks = frames * width * layers + inside
            encoder = sum(outputs) + KEPT_CONVOLUTION * max(outputs)
        else:
            blocks, encoder = layers * inside, KEPT_CONVOLUTION * sum(outputs)
        if not self.trained_encoder:
            encoder = 2 * max(outputs)  # one convolution's input and output at a time
        return value_bytes * (blocks + encoder)
