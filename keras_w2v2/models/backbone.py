"""The wav2vec 2.0 backbone: waveform to context vectors."""

import keras
from keras import ops

from keras_w2v2 import presets
from keras_w2v2.errors import UserError
from keras_w2v2.frames import FrameArithmetic
from keras_w2v2.layers.dense import Dense
from keras_w2v2.layers.dropout import Dropout
from keras_w2v2.layers.feature_encoder import FeatureEncoder
from keras_w2v2.layers.gradient_scale import scale_gradient
from keras_w2v2.layers.initializers import transformer_normal
from keras_w2v2.layers.masking import sequence_mask
from keras_w2v2.layers.position import PositionalConvolution
from keras_w2v2.layers.transformer import TransformerBlock
from keras_w2v2.layers.waveform_normalization import normalize_waveform as unit_waveform
from keras_w2v2.models import backbone_settings, batch
from keras_w2v2.models.settings import fields

# Added to the attention scores of invalid frames; finite in float16 too, so that no row becomes
# NaN.
MASKED_SCORE = -1e4


@keras.saving.register_keras_serializable(package="keras_w2v2")
class Wav2Vec2Backbone(keras.Model):
    """Feature encoder, positional convolution and transformer (wav2vec 2.0, section 2).

    A clip gives the same output alone, in a padded batch or in a longer buffer: statistics over
    time run over valid frames only, invalid frames are zeroed before the positional convolution
    and left out of attention.

    Args:
        conv_filters, conv_kernels, conv_strides: sequences of int of one length, output
            channels, kernel width and stride of each convolution.
        conv_bias: bool, convolutions with bias (LARGE LV-60).
        feature_norm: "group" (BASE) or "layer" (LARGE LV-60).
        hidden_dim: int, width of the transformer; a multiple of `num_heads` and
            `position_groups`.
        num_layers, num_heads, intermediate_dim: int.
        position_kernel, position_groups: int, the positional convolution, kernel in frames.
        norm_first: bool, LayerNorm before each part of a block (LARGE LV-60), else after.
        normalize_waveform: bool, bring each clip to zero mean and unit variance first.
        dropout, attention_dropout, activation_dropout, input_dropout: float in [0, 1); the last
            is applied to the projected features.
        layer_drop: float in [0, 1), share of training batches that skip a block.
        feature_grad_mult: float, scales the gradient that reaches the feature encoder.
        recompute: bool, activation checkpointing: keep only the inputs of blocks and of the
            encoder's convolutions for the backward pass and compute the rest once more there.

    Call arguments:
        inputs: dict of "waveform" float [batch, samples], 16 kHz in [-1, 1] and zero after each
            clip's length, and "length" int [batch], valid samples. Other finite values after
            the length do not reach a valid frame; NaN does.
        span_mask: bool [batch, frames], frames whose features are replaced by the mask embedding.
        channel_mask: bool [batch, hidden_dim], channels set to zero.
        training: bool.

    Returns:
        dict of "hidden" float [batch, frames, hidden_dim], "features" float [batch, frames,
        conv_filters[-1]] after their LayerNorm, "raw_features" the same before it, and
        "frame_mask" bool [batch, frames], True at valid frames.

    Raises:
        UserError: for settings that do not fit together, or a waveform shorter than a frame.

    Example:
        >>> backbone = Wav2Vec2Backbone.from_preset("wav2vec2_tiny", num_layers=2)
        >>> clip = {"waveform": np.zeros((1, 16000), "float32"), "length": np.array([16000])}
        >>> backbone(clip)["hidden"].shape
        (1, 49, 192)
    """

    def __init__(
        self,
        *,
        conv_filters=(512,) * 7,
        conv_kernels=(10, 3, 3, 3, 3, 2, 2),
        conv_strides=(5, 2, 2, 2, 2, 2, 2),
        conv_bias=False,
        feature_norm="group",
        hidden_dim=768,
        num_layers=12,
        num_heads=12,
        intermediate_dim=3072,
        position_kernel=128,
        position_groups=16,
        norm_first=False,
        normalize_waveform=False,
        dropout=0.1,
        attention_dropout=0.1,
        activation_dropout=0.0,
        input_dropout=0.1,
        layer_drop=0.05,
        feature_grad_mult=0.1,
        recompute=False,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)  # the waveform stays float32
        settings = {name: value for name, value in locals().items() if name in fields(type(self))}
        backbone_settings.check(settings)
        settings |= {name: tuple(settings[name]) for name in backbone_settings.CONVOLUTIONS}
        self._settings = settings
        self.frames = FrameArithmetic(conv_kernels, conv_strides)
        self.normalize_waveform = normalize_waveform
        self.feature_grad_mult = feature_grad_mult
        self.norm_first = norm_first
        dtype = self.dtype_policy
        self.feature_encoder = FeatureEncoder(
            conv_filters,
            conv_kernels,
            conv_strides,
            use_bias=conv_bias,
            norm=feature_norm,
            recompute=recompute,
            dtype=dtype,
            name="feature_encoder",
        )
        self.feature_norm = keras.layers.LayerNormalization(
            epsilon=1e-5, dtype=dtype, name="feature_norm"
        )
        self.feature_projection = Dense(
            hidden_dim,
            kernel_initializer=transformer_normal(),
            dtype=dtype,
            name="feature_projection",
        )
        self.input_dropout = Dropout(input_dropout, dtype=dtype, name="input_dropout")
        self.position = PositionalConvolution(
            position_kernel, position_groups, dtype=dtype, name="position"
        )
        self.encoder_norm = keras.layers.LayerNormalization(
            epsilon=1e-5, dtype=dtype, name="encoder_norm"
        )
        self.dropout = Dropout(dropout, dtype=dtype, name="dropout")
        self.blocks = [
            TransformerBlock(
                num_heads,
                intermediate_dim,
                norm_first=norm_first,
                dropout=dropout,
                attention_dropout=attention_dropout,
                activation_dropout=activation_dropout,
                layer_drop=layer_drop,
                recompute=recompute,
                dtype=dtype,
                name=f"block_{i}",
            )
            for i in range(num_layers)
        ]
        self.build()

    def build(self, input_shape=None):
        """Makes every weight; no shape of the input enters."""
        if self.built:
            return
        channels, width = self._settings["conv_filters"][-1], self._settings["hidden_dim"]
        self.feature_encoder.build()
        self.feature_norm.build((None, None, channels))
        self.feature_projection.build((None, None, channels))
        self.mask_embedding = self.add_weight(
            name="mask_embedding",
            shape=(width,),
            initializer=keras.initializers.RandomUniform(0.0, 1.0),
        )
        for layer in (self.position, self.encoder_norm, *self.blocks):
            layer.build((None, None, width))
        self.built = True

    def call(self, inputs, span_mask=None, channel_mask=None, training=False):
        parts = self.extract(inputs, training)
        x, attention_bias = self._embed(parts, span_mask, channel_mask, training)
        for block in self.blocks:
            x = block(x, attention_bias, training=training)
        return parts | {"hidden": self.encoder_norm(x) if self.norm_first else x}

    def extract(self, inputs, training=False):
        """Runs the feature encoder: "features", "raw_features" and "frame_mask" of `call`."""
        batch.require_keys(inputs, batch.INPUTS, "inputs")
        waveform, length = inputs["waveform"], ops.cast(inputs["length"], "int32")
        samples = waveform.shape[1]
        if samples is not None and samples < self.frames.receptive_field:
            raise UserError(
                f"a waveform of {samples} samples is shorter than one frame "
                f"({self.frames.receptive_field}): pad it with zeros and give its length"
            )
        if self.normalize_waveform:
            waveform = unit_waveform(waveform, length)
        raw = self.feature_encoder(waveform, length, training=training)
        raw = scale_gradient(raw, self.feature_grad_mult)
        mask = sequence_mask(self.frames.frames(length), ops.shape(raw)[1])
        return {"features": self.feature_norm(raw), "raw_features": raw, "frame_mask": mask}

    def hidden_states(self, inputs):
        """Returns the input of the first block and the output of each, as transformers 5 does.

        With `norm_first` the last one stands before the final LayerNorm (transformers 4 listed
        it after).

        Args:
            inputs: dict as for `call`.

        Returns:
            list of num_layers + 1 tensors [batch, frames, hidden_dim].
        """
        x, attention_bias = self._embed(self.extract(inputs), None, None, False)
        states = [x]
        for block in self.blocks:
            x = block(x, attention_bias)
            states.append(x)
        return states

    def _embed(self, parts, span_mask, channel_mask, training):
        """Projects, masks and adds positions: the first block's input and attention bias."""
        x = self.feature_projection(parts["features"])
        x = self.input_dropout(x, training=training)
        if span_mask is not None:
            embedding = ops.cast(self.mask_embedding, x.dtype)
            x = ops.where(ops.expand_dims(span_mask, -1), embedding, x)
        if channel_mask is not None:
            x = ops.where(ops.expand_dims(channel_mask, 1), ops.zeros((), x.dtype), x)
        valid = ops.expand_dims(parts["frame_mask"], -1)
        x = ops.where(valid, x, ops.zeros((), x.dtype))
        x = x + self.position(x)
        if not self.norm_first:
            x = self.encoder_norm(x)
        x = self.dropout(x, training=training)
        invalid = 1.0 - ops.cast(parts["frame_mask"], "float32")
        attention_bias = ops.expand_dims(ops.expand_dims(invalid * MASKED_SCORE, 1), 1)
        return x, attention_bias

    @classmethod
    def from_preset(cls, name, /, **overrides):
        """Builds a named architecture with random weights; any setting can be overridden.

        Args:
            name: str, such as "wav2vec2_base" (see `keras_w2v2.presets`).
            **overrides: settings of this class, or `dtype` and `name`.

        Raises:
            UserError: for an unknown preset or setting; it names the nearest.
        """
        presets.split_overrides(overrides, [*fields(cls), "name", "dtype"], [], cls.__name__)
        return cls(**(presets.preset(name) | overrides))

    def get_config(self):
        return super().get_config() | self._settings

    def get_build_config(self):
        return {}

    def build_from_config(self, config):
        self.build()

    def compute_output_shape(self, input_shape):
        clips, samples = input_shape["waveform"]
        frames = None if samples is None else self.frames.frames(samples)
        channels, width = self._settings["conv_filters"][-1], self._settings["hidden_dim"]
        return {
            "features": (clips, frames, channels),
            "raw_features": (clips, frames, channels),
            "frame_mask": (clips, frames),
            "hidden": (clips, frames, width),
        }
