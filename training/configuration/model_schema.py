"""The `model` section of a configuration: every field of the models, with its limits."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from keras_w2v2.errors import nearest
from keras_w2v2.training.configuration.field_types import (
    AtLeastZero,
    Count,
    NotNegative,
    Positive,
    Rate,
    Section,
)


class Backbone(Section):
    """Fields of `Wav2Vec2Backbone`; those left out come from the preset."""

    preset: str | None = None
    conv_filters: list[Count] | None = None
    conv_kernels: list[Count] | None = None
    conv_strides: list[Count] | None = None
    conv_bias: bool | None = None
    feature_norm: Literal["group", "layer"] | None = None
    hidden_dim: Count | None = None
    num_layers: Count | None = None
    num_heads: Count | None = None
    intermediate_dim: Count | None = None
    position_kernel: Count | None = None
    position_groups: Count | None = None
    norm_first: bool | None = None
    normalize_waveform: bool | None = None
    dropout: Rate | None = None
    attention_dropout: Rate | None = None
    activation_dropout: Rate | None = None
    input_dropout: Rate | None = None
    layer_drop: Rate | None = None
    feature_grad_mult: AtLeastZero | None = None
    recompute: bool | None = None  # activations once more on the way back: less memory, more time

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name):
        from keras_w2v2 import presets

        if name is not None and name not in presets.PRESETS:
            raise ValueError(f"no preset '{name}'{nearest(name, presets.PRESETS)}")
        return name

    def overrides(self):
        """Returns the fields that were given, without the preset (dict)."""
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self.model_dump().items()
            if name != "preset" and value is not None
        }


class PretrainModel(Backbone):
    """Fields of `Wav2Vec2ForPreTraining` and of its backbone."""

    preset: str | None = "wav2vec2_base"
    num_codebooks: NotNegative | None = None  # 0: continuous targets
    codebook_size: Annotated[int, Field(ge=2)] | None = None
    code_dim: Count | None = None
    projection_dim: Count | None = None
    num_distractors: Count | None = None
    cross_utterance_distractors: NotNegative | None = None
    codebook_distractors: NotNegative | None = None
    logit_temperature: Positive | None = None
    diversity_weight: AtLeastZero | None = None
    feature_penalty_weight: AtLeastZero | None = None
    mask_prob: Rate | None = None
    mask_span: Count | None = None
    mask_min_spans: NotNegative | None = None
    mask_inputs: bool | None = None  # false: the transformer sees what it is asked for
    gumbel_start: Positive | None = None
    gumbel_end: Positive | None = None
    gumbel_decay: Annotated[float, Field(gt=0, le=1)] | None = None
    quantizer_dropout: Rate | None = None


class FinetuneModel(Backbone):
    """Fields of `Wav2Vec2ForCTC` and of its backbone.

    The dropouts of pre-training are reset, as fairseq does for fine-tuning; the architecture
    itself comes from the preset or, with `init`, from the checkpoint.
    """

    dropout: Rate = 0.0
    attention_dropout: Rate = 0.0
    activation_dropout: Rate = 0.1
    input_dropout: Rate = 0.0
    layer_drop: Rate = 0.05
    recompute: bool = False
    final_dropout: Rate | None = None
    mask_prob: Rate | None = None
    mask_span: Count | None = None
    mask_min_spans: NotNegative | None = None
    mask_channel_prob: Rate | None = None
    mask_channel_span: Count | None = None
    freeze_feature_encoder: bool | None = None
    freeze_transformer_updates: NotNegative | None = None
    blank_prior: Rate | None = None  # of a new head, at every frame
