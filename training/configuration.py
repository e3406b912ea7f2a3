"""What a training run can be told: every key with its type, its limits and its default.

The defaults are the published BASE recipe (fairseq 3d262bb). A recipe file overrides them, and
`--set key=value` overrides the recipe; all three enter here and nowhere else.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from keras_w2v2.errors import UserError, nearest
from keras_w2v2.training import recipe_file

Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
AtLeastZero = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _at_most(name, value, limit_name, limit):
    if value > limit:
        raise ValueError(f"{name} is {value:g}, more than {limit_name} {limit:g}")


class Section(BaseModel):
    """A group of keys; unknown keys and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


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
    num_codebooks: Count | None = None
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
    final_dropout: Rate | None = None
    mask_prob: Rate | None = None
    mask_span: Count | None = None
    mask_min_spans: NotNegative | None = None
    mask_channel_prob: Rate | None = None
    mask_channel_span: Count | None = None
    freeze_feature_encoder: bool | None = None
    freeze_transformer_updates: NotNegative | None = None


class PretrainData(Section):
    """Which clips a batch holds; a batch is counted in seconds of audio."""

    batch_seconds: Positive = 87.5  # 1.4 M samples
    max_seconds: Positive = 15.625  # 250 000 samples; longer clips are cropped
    min_seconds: AtLeastZero = 2.0  # 32 000 samples; shorter clips are left out
    num_buckets: Count = 4  # lengths of batches; each is compiled once

    @model_validator(mode="after")
    def _in_order(self):
        _at_most("min_seconds", self.min_seconds, "max_seconds", self.max_seconds)
        _at_most("max_seconds", self.max_seconds, "batch_seconds", self.batch_seconds)
        return self


class FinetuneData(Section):
    """Which clips a batch holds; longer clips are left out, for their labels would be too."""

    batch_seconds: Positive = 200.0  # 3.2 M samples
    max_seconds: Positive = 30.0
    num_buckets: Count = 4  # lengths of batches; each is compiled once

    @model_validator(mode="after")
    def _in_order(self):
        _at_most("max_seconds", self.max_seconds, "batch_seconds", self.batch_seconds)
        return self


class Optimizer(Section):
    """Adam, with decoupled weight decay on every weight as in fairseq."""

    updates: Count
    peak_rate: Positive
    beta_1: Rate = 0.9
    beta_2: Rate = 0.98
    epsilon: Positive
    weight_decay: AtLeastZero
    gradient_accumulation: Count = 1  # batches averaged into one update
    clip_norm: Positive | None = None


class PretrainOptimizer(Optimizer):
    """Linear warm-up to the peak rate, then linear to 0 at the last update."""

    updates: Count = 400_000
    peak_rate: Positive = 5e-4
    warmup_updates: NotNegative = 32_000
    epsilon: Positive = 1e-6
    weight_decay: AtLeastZero = 0.01

    @model_validator(mode="after")
    def _in_order(self):
        _at_most("warmup_updates", self.warmup_updates, "updates", self.updates)
        return self


class FinetuneOptimizer(Optimizer):
    """Tri-stage rate: warm-up, hold, and exponential decay over what remains."""

    updates: Count = 20_000
    peak_rate: Positive = 5e-5
    warmup_fraction: Share = 0.1
    hold_fraction: Share = 0.4
    initial_scale: Annotated[float, Field(gt=0, le=1)] = 0.01  # of the peak rate
    final_scale: Annotated[float, Field(gt=0, le=1)] = 0.05
    epsilon: Positive = 1e-8
    weight_decay: AtLeastZero = 0.0

    @model_validator(mode="after")
    def _in_order(self):
        if self.warmup_fraction + self.hold_fraction > 1:
            raise ValueError("warmup_fraction and hold_fraction must add up to at most 1")
        return self


class Normalizer(Section):
    """How transcripts are normalised (`keras_w2v2.text.TextNormalizer`)."""

    form: Literal["NFC", "NFD", "NFKC", "NFKD"] | None = "NFKC"
    case: Literal["upper", "lower"] | None = "upper"
    drop: str = ""
    separators: str = ""


class Inputs(Section):
    """What a run was made from; written by the run itself, never by hand."""

    data: list[str]
    dev: list[str] | None = None
    init: str | None = None
    checksums: dict[str, str] | None = None  # SHA-256 of each folder's index


class Run(Section):
    """Keys that every training run has."""

    seed: NotNegative = 0
    jit_compile: bool = True
    mixed_precision: Literal["bfloat16"] | None = None
    log_every: Count = 50  # updates between two lines of metrics.jsonl
    checkpoint_every: Count = 1000  # updates; rounded up to a line of metrics.jsonl
    keep_checkpoints: Count = 3
    evaluate_every: Count = 1000  # updates between two looks at the dev shards, if given
    inputs: Inputs | None = None

    @classmethod
    def load(cls, recipe=None, settings=()):
        """Returns the configuration of a recipe with overrides.

        Args:
            recipe: path of a YAML file, the name of a packaged recipe, a dict, or None for
                the small packaged recipe of this task.
            settings: iterable of str, "a.b=value" with the value in YAML.

        Raises:
            UserError: one line naming the key, where it stands, what is wanted.

        Example:
            >>> PretrainConfig.load("small_pretrain", ["optimizer.updates=100"])
        """
        if isinstance(recipe, dict):
            values, source = recipe, "the configuration"
        else:
            source = recipe_file.find(recipe or cls.default_recipe())
            values = recipe_file.read(source)
        settings = list(settings)
        values = recipe_file.override(values, settings)
        return recipe_file.validate(cls, values, str(source), settings)

    @classmethod
    def of(cls, config, settings=()):
        """Returns `config` itself when it is one already, else what `load` makes of it."""
        if isinstance(config, Run) and not isinstance(config, cls):
            raise UserError(f"{type(config).__name__} given where {cls.__name__} is needed")
        if isinstance(config, cls) and not settings:
            return config
        return cls.load(config.model_dump() if isinstance(config, cls) else config, settings)

    def dtype_policy(self):
        """Returns the name of the Keras dtype policy (str)."""
        return f"mixed_{self.mixed_precision}" if self.mixed_precision else "float32"


class PretrainConfig(Run):
    """A pre-training run."""

    task: Literal["pretrain"] = "pretrain"
    model: PretrainModel = PretrainModel()
    data: PretrainData = PretrainData()
    optimizer: PretrainOptimizer = PretrainOptimizer()

    @staticmethod
    def default_recipe():
        return "small_pretrain"


class FinetuneConfig(Run):
    """A fine-tuning run."""

    task: Literal["finetune"] = "finetune"
    model: FinetuneModel = FinetuneModel()
    data: FinetuneData = FinetuneData()
    optimizer: FinetuneOptimizer = FinetuneOptimizer()
    vocabulary: str = "characters"  # of the training transcripts; "librispeech"; or a file
    normalizer: Normalizer = Normalizer()

    @staticmethod
    def default_recipe():
        return "small_finetune"

    def text_normalizer(self):
        """Returns the TextNormalizer of the transcripts."""
        from keras_w2v2.text import TextNormalizer

        return TextNormalizer(**self.normalizer.model_dump())
