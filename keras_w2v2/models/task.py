"""What the task models share: nested backbone, presets, steps, saving, running means."""

import keras
from keras import ops

from keras_w2v2 import presets
from keras_w2v2.errors import UserError
from keras_w2v2.models.backbone import Wav2Vec2Backbone
from keras_w2v2.models.settings import KERAS_FIELDS, fields, require_positive

if keras.backend.backend() == "tensorflow":
    from keras_w2v2.models.tensorflow_steps import TensorFlowSteps as Steps
else:  # Keras' own steps, through `compute_loss`

    class Steps:
        """Nothing: an attribute `train_step` would stand in for Keras' own."""


class TaskModel(Steps, keras.Model):
    """A backbone with a head: makes its weights at once and reports means over an epoch.

    Subclasses set `preset_task` (their key in a preset), `_settings` (their own arguments),
    `random` (a SeedGenerator that gives one seed an update), keep their figures with `track` and
    define:

    - `build_head()`.
    - `batch_of(x, y)`: nest of tensors from the two parts of a batch, checked.
    - `sums(batch, rows, begun, training)`: dict of float32 sums over the clips of a batch, of
      which `rows` tells the places in the batch of all parts and replicas, and `begun` what
      `begin` returned. Sums of parts add up to those of the batch.
    - `known_sums(batch, rows, begun)`: those in which the loss is not linear, without gradients;
      `known_names` are their names.
    - `zero_sums()`: what adding up starts from.
    - `figures_of(sums, begun)`: the figures, "loss" among them, and what each counts for in a
      mean over batches.
    """

    preset_task = None
    micro_batches = 1

    def __init__(self, backbone, **kwargs):
        if not isinstance(backbone, Wav2Vec2Backbone):
            raise UserError(
                f"backbone must be a Wav2Vec2Backbone, got {type(backbone).__name__}; "
                "make one with Wav2Vec2Backbone.from_preset('wav2vec2_base')"
            )
        kwargs.setdefault("dtype", backbone.dtype_policy)
        super().__init__(autocast=False, **kwargs)  # the waveform stays float32
        self.backbone = backbone
        self._means = {}

    @classmethod
    def from_preset(cls, name, /, **overrides):
        """Builds a named architecture with random weights.

        Args:
            name: str, such as "wav2vec2_base" (see `keras_w2v2.presets`).
            **overrides: settings of the backbone or of this class; also `dtype` and `name`.

        Raises:
            UserError: for an unknown preset or setting; it names the nearest.
        """
        keras_settings = {k: overrides.pop(k) for k in KERAS_FIELDS if k in overrides}
        backbone, head = presets.preset(name, cls.preset_task)
        for_backbone, for_head = presets.split_overrides(
            overrides, fields(Wav2Vec2Backbone), fields(cls), cls.__name__
        )
        dtype = {k: v for k, v in keras_settings.items() if k == "dtype"}
        model = Wav2Vec2Backbone(**(backbone | for_backbone), **dtype, name="backbone")
        return cls(model, **(head | for_head), **keras_settings)

    def build(self, input_shape=None):
        """Makes every weight; no shape of the input enters."""
        if not self.built:
            self.build_head()
            self.built = True

    def compile(self, *args, micro_batches=1, **kwargs):
        """Configures training.

        Args:
            *args, **kwargs: as for `keras.Model.compile`; the loss is the model's own.
            micro_batches: int, parts into which each batch is split while training (TensorFlow
                only). They run one after the other, in the memory of one, and make one update
                with the gradient of the whole batch. Distractors from other clips
                (`cross_utterance_distractors`) come from the same part.

        Raises:
            UserError: `micro_batches` is no positive integer, or this is another backend.
        """
        require_positive(micro_batches=micro_batches)
        if micro_batches > 1 and keras.backend.backend() != "tensorflow":
            raise UserError(
                f"micro_batches={micro_batches} needs the TensorFlow backend, this is "
                f"{keras.backend.backend()}: give the optimizer gradient_accumulation_steps"
            )
        super().compile(*args, **kwargs)
        self.micro_batches = micro_batches

    def get_compile_config(self):
        config = super().get_compile_config()
        return config and config | {"micro_batches": self.micro_batches}

    def compile_from_config(self, config):
        # Keras' own does not call a compile that was overridden.
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    def begin(self, training):
        """Returns what one update draws and counts once, for all its parts and replicas (dict)."""
        updates = self.updates()
        if training:
            seed = self.random.next()
        else:
            seed = ops.convert_to_tensor([self._settings["seed"], 0], self.random.state.dtype)
        return {"seed": seed, "updates": ops.cast(updates, "float32")}

    def updates(self):
        """Returns how many updates the optimizer has made."""
        if keras.backend.backend() == "jax":
            # Its step hides the optimizer from the loss, but draws one seed an update.
            return self.random.state[1]
        optimizer = getattr(self, "optimizer", None)
        return 0 if optimizer is None else optimizer.iterations

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Returns the loss of a batch and adds its figures to the running means.

        What Keras' own train step calls on other backends than TensorFlow. It calls the model
        first, for a `y_pred` that nothing here reads, so that compilation drops that call.
        """
        batch, begun = self.batch_of(x, y), self.begin(training)
        rows = ops.arange(ops.shape(x["waveform"])[0])
        figures, counts = self.figures_of(self.sums(batch, rows, begun, training), begun)
        self.record(figures, counts)
        return figures["loss"]

    def track(self, names):
        """Makes one running mean for each name; `fit` shows them and resets them each epoch."""
        if keras.backend.backend() != "tensorflow":  # there the loss never sees the gradients
            names = [name for name in names if name != "gradient_norm"]
        self._means = {name: keras.metrics.Mean(name=name) for name in names}

    @property
    def metrics(self):
        return list(self._means.values())

    def record(self, figures, weights):
        """Adds a batch's figures to the running means and returns the means.

        Args:
            figures: dict of name to scalar; names that are not tracked are left out.
            weights: dict of name to scalar, what the batch counts for in each mean (its masked
                frames, its labels).
        """
        shown = [name for name in self._means if name in figures]
        for name in shown:
            self._means[name].update_state(figures[name], sample_weight=weights[name])
        return {name: self._means[name].result() for name in shown}

    def get_config(self):
        config = super().get_config() | self._settings
        return config | {"backbone": keras.saving.serialize_keras_object(self.backbone)}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        backbone = keras.saving.deserialize_keras_object(config.pop("backbone"))
        return cls(backbone, **{k: _revive(v) for k, v in config.items()})

    def seed_states(self):
        """Returns the states of every seed generator: variables that are not weights."""
        weights = {id(v) for v in self.non_trainable_weights}
        figures = {id(v) for metric in self.metrics for v in metric.variables}
        return [
            v for v in self.non_trainable_variables if id(v) not in weights and id(v) not in figures
        ]

    def save_own_variables(self, store):
        super().save_own_variables(store)
        # Keras leaves the seeds out of a file; with them a reloaded run draws what the saved
        # one would have drawn.
        for i, state in enumerate(self.seed_states()):
            store[f"seed_{i}"] = state.numpy()

    def load_own_variables(self, store):
        saved = {key: store[key] for key in store.keys()}  # noqa: SIM118, an HDF5 entry
        seeds = {key: saved.pop(key) for key in list(saved) if key.startswith("seed_")}
        super().load_own_variables(saved)
        for i, state in enumerate(self.seed_states()):
            if f"seed_{i}" in seeds:  # a file of weights alone has none
                state.assign(seeds[f"seed_{i}"])

    def get_build_config(self):
        return {}

    def build_from_config(self, config):
        self.build()


def _revive(value):
    return keras.saving.deserialize_keras_object(value) if isinstance(value, dict) else value
