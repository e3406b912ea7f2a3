"""What a training run can be told: every key with its type, its limits and its default.

The defaults are the published BASE recipe (fairseq 3d262bb). A recipe file overrides them, and
`--set key=value` overrides the recipe; all three enter here and nowhere else.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from keras_w2v2.errors import UserError
from keras_w2v2.training.configuration import recipe_file
from keras_w2v2.training.configuration.field_types import (
    AtLeastZero,
    Count,
    Finite,
    NotNegative,
    Positive,
    Rate,
    Section,
    Share,
    Speed,
    at_most,
)
from keras_w2v2.training.configuration.guard_schema import FinetuneGuard, PretrainGuard
from keras_w2v2.training.configuration.model_schema import FinetuneModel, PretrainModel

TASKS = ("pretrain", "finetune")  # and the commands that do them


class Augmentation(Section):
    """How training clips are varied (`keras_w2v2.data.Augmentation`); never the dev shards."""

    speeds: list[Speed] = Field([1.0], min_length=1)
    noise: Annotated[str, Field(min_length=1)] | None = None  # white, pink, or a folder of shards
    noise_probability: Share = 0.5
    noise_snr: list[Finite] = Field([5.0, 20.0], min_length=2, max_length=2)  # dB, least and most

    @model_validator(mode="after")
    def _in_order(self):
        at_most("noise_snr[0]", self.noise_snr[0], "noise_snr[1]", self.noise_snr[1])
        return self


class Data(Section):
    """What both tasks can be told of their clips."""

    batch_seconds: Positive
    language_alpha: Share | None = None  # languages drawn as (n_l / N)^alpha; XLS-R takes 0.5
    augmentation: Augmentation | None = None
    own_shards: bool = False  # with several workers: each reads its share of the shards alone

    def arguments(self, parts=1):
        """Returns the arguments of the function that makes training batches (dict).

        Args:
            parts: int, batches of `batch_seconds` that make one, every one of them full.
        """
        from keras_w2v2.data import Augmentation

        given = self.model_dump(exclude={"own_shards"})
        if given["augmentation"] is not None:
            lists = ("speeds", "noise_snr")
            tuples = {name: tuple(given["augmentation"][name]) for name in lists}
            given["augmentation"] = Augmentation(**given["augmentation"] | tuples)
        return given | {"batch_seconds": parts * self.batch_seconds, "batch_multiple": parts}

    def dev_arguments(self):
        """Returns the arguments for batches of dev shards (dict): every clip once, as it is."""
        as_it_is = {"language_alpha": None, "augmentation": None}
        return self.arguments() | as_it_is | {"shuffle": False, "repeat": False}

    def noise_shards(self):
        """Returns the folder of noise recordings (str), None where there is none.

        Raises:
            UserError: `noise` is neither a kind of noise nor a folder of shards.
        """
        from keras_w2v2.data.augmentation import noise_index

        noise = self.augmentation.noise if self.augmentation else None
        try:
            return None if noise_index(noise) is None else noise
        except UserError as error:
            raise UserError(f"data.{error}") from None


class PretrainData(Data):
    """Which clips a batch holds; a batch is counted in seconds of audio."""

    batch_seconds: Positive = 87.5  # 1.4 M samples
    max_seconds: Positive = 15.625  # 250 000 samples; longer clips are cropped
    min_seconds: AtLeastZero = 2.0  # 32 000 samples; shorter clips are left out
    num_buckets: Count = 4  # lengths of batches; each is compiled once

    @model_validator(mode="after")
    def _in_order(self):
        at_most("min_seconds", self.min_seconds, "max_seconds", self.max_seconds)
        at_most("max_seconds", self.max_seconds, "batch_seconds", self.batch_seconds)
        return self


class FinetuneData(Data):
    """Which clips a batch holds; longer clips are left out, for their labels would be too."""

    batch_seconds: Positive = 200.0  # 3.2 M samples
    max_seconds: Positive = 30.0
    num_buckets: Count = 4  # lengths of batches; each is compiled once

    @model_validator(mode="after")
    def _in_order(self):
        at_most("max_seconds", self.max_seconds, "batch_seconds", self.batch_seconds)
        return self


class Optimizer(Section):
    """Adam, with decoupled weight decay on every weight as in fairseq."""

    updates: Count
    peak_rate: Positive
    beta_1: Rate = 0.9
    beta_2: Rate = 0.98
    epsilon: Positive
    weight_decay: AtLeastZero
    gradient_accumulation: Count = 1  # batches, one after the other, that make one update
    clip_norm: Positive | None = None
    ema_momentum: Annotated[float, Field(gt=0, lt=1)] | None = None  # of the averaged weights


class PretrainOptimizer(Optimizer):
    """Linear warm-up to the peak rate, then linear to 0 at the last update."""

    updates: Count = 400_000
    peak_rate: Positive = 5e-4
    warmup_updates: NotNegative = 32_000
    epsilon: Positive = 1e-6
    weight_decay: AtLeastZero = 0.01

    @model_validator(mode="after")
    def _in_order(self):
        at_most("warmup_updates", self.warmup_updates, "updates", self.updates)
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
    noise: list[str] | None = None
    init: str | None = None
    checksums: dict[str, str] | None = None  # SHA-256 of each folder's index


class Run(Section):
    """Keys that every training run has."""

    seed: NotNegative = 0
    strategy: Literal["none", "mirrored", "multiworker", "tpu"] = "none"
    jit_compile: bool = True
    mixed_precision: Literal["bfloat16", "float16"] | None = None
    log_every: Count = 50  # updates between two lines of metrics.jsonl
    checkpoint_every: Count = 1000  # updates; rounded up to a line of metrics.jsonl
    keep_checkpoints: Count = 3  # the newest
    keep_best: NotNegative = 1  # and the best, by
    best_by: str | None = None  # such as "dev.loss", which is the default, or "train.accuracy"
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
        cls._require_own_task(values, source)
        settings = list(settings)
        values = recipe_file.override(values, settings)
        return recipe_file.validate(cls, values, str(source), settings)

    @classmethod
    def _require_own_task(cls, values, source):
        """Names the command that a recipe is for, before its keys are found to be unknown here."""
        task, own = values.get("task"), cls.model_fields["task"].default
        if task in TASKS and task != own:
            raise UserError(
                f"{source} is a recipe of the other task: `keras-w2v2 {task}` takes it, not {own}"
            )

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
    guard: PretrainGuard = PretrainGuard()

    @staticmethod
    def default_recipe():
        return "small_pretrain"


class FinetuneConfig(Run):
    """A fine-tuning run."""

    task: Literal["finetune"] = "finetune"
    model: FinetuneModel = FinetuneModel()
    data: FinetuneData = FinetuneData()
    optimizer: FinetuneOptimizer = FinetuneOptimizer()
    guard: FinetuneGuard = FinetuneGuard()
    vocabulary: str = "characters"  # of the training transcripts; "librispeech"; or a file
    normalizer: Normalizer = Normalizer()

    @staticmethod
    def default_recipe():
        return "small_finetune"

    def text_normalizer(self):
        """Returns the TextNormalizer of the transcripts."""
        from keras_w2v2.text import TextNormalizer

        return TextNormalizer(**self.normalizer.model_dump())
