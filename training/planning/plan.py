"""What a recipe will cost before it runs: parameters, memory, steps, hours, storage."""

import math
from dataclasses import dataclass

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.training.configuration import recipe_file
from keras_w2v2.training.configuration.schema import FinetuneConfig, PretrainConfig
from keras_w2v2.training.planning import devices

CONFIGS = {"pretrain": PretrainConfig, "finetune": FinetuneConfig}
TYPICAL_VOCABULARY = 32  # tokens; the head is a thousandth of any model


@dataclass(frozen=True)
class Plan:
    """The cost of a run.

    Attributes:
        parameters, trained_parameters: int.
        updates: int.
        update_seconds: float, seconds of audio in an update, on all devices.
        accumulation: int, batches that each device runs one after the other in an update.
        epochs: float, times that the corpus is heard.
        update_flops: float, FLOPs of an update, on all devices.
        hours: float, expected, without the first compilation.
        memory: float, bytes on a device.
        fits: bool, whether the device has that memory.
        shard_bytes, run_bytes: float, storage of the corpus and of the run.
        device: devices.Device.
        gpus: int.
    """

    parameters: int
    trained_parameters: int
    updates: int
    update_seconds: float
    accumulation: int
    epochs: float
    update_flops: float
    hours: float
    memory: float
    fits: bool
    shard_bytes: float
    run_bytes: float
    device: devices.Device
    gpus: int

    def rows(self):
        """Returns (what, figure, remark) of every figure, for people (list of tuples of str)."""
        device, audio = self.device, self.update_seconds / 3600
        batches = f"{self.gpus} x optimizer.gradient_accumulation {self.accumulation}"
        room = f"of {device.memory / 1e9:.0f} GB"
        if not self.fits:
            room += ": TOO MUCH, lower data.batch_seconds or set model.recompute=true"
        return [
            ("parameters", f"{self.parameters:,}", f"{self.trained_parameters:,} trained"),
            ("memory a device", _bytes(self.memory), room),
            ("updates", f"{self.updates:,}", f"{audio:.2f} h of audio each ({batches})"),
            ("epochs", f"{self.epochs:.3g}", f"{self.updates * audio:,.0f} h heard"),
            ("hours", f"{self.hours:.3g}", f"on {self.gpus} x {device.name}; {self._pace()}"),
            ("shards", _bytes(self.shard_bytes), "16 kHz in 16 bits"),
            ("run", _bytes(self.run_bytes), "its checkpoints and the final model"),
        ]

    def _pace(self):
        step = self.hours * 3600 / self.updates
        return f"{step:.3g} s an update, as in {self.device.source}"


def plan(recipe, *, hours, gpus=1, device="a100", settings=()):
    """Computes the cost of a recipe; trains nothing and allocates no weights.

    An update keeps the audio that the recipe gives it, whatever the number of devices: they share
    its batches, and accumulate those that are left over. Hours and memory are estimates;
    `python -m benchmarks.training_cost` compares them with measured steps.

    Args:
        recipe: path or name of a recipe.
        hours: float, hours of audio in the corpus.
        gpus: int, devices.
        device: str, a key of `devices.DEVICES`.
        settings: iterable of str, "a.b=value" overrides of the recipe.

    Returns:
        Plan.

    Raises:
        UserError: a wrong key, an impossible shape, a number out of range, no architecture.

    Example:
        >>> plan("wav2vec2_base", hours=960, gpus=8).hours
        46.4...
    """
    machine = devices.device(device)
    if gpus < 1:
        raise UserError(f"gpus is {gpus}: give at least 1")
    if not (hours > 0 and math.isfinite(hours)):
        raise UserError(f"hours is {hours:g}: give the hours of audio in the corpus, above 0")
    config = _configuration(recipe, settings)
    from keras_w2v2.training.planning import weightless
    from keras_w2v2.training.planning.cost_model import Architecture

    model = weightless.build(lambda: _model(config))
    architecture, optimizer = Architecture.of(model), config.optimizer
    _require_a_frame(config, architecture)
    update_seconds = config.data.batch_seconds * optimizer.gradient_accumulation
    accumulation = -(-optimizer.gradient_accumulation // gpus)
    clip = _clip_seconds(config)
    value_bytes = 2 if config.mixed_precision else 4
    activations = architecture.clip_activations(clip, value_bytes)
    flops = update_seconds / clip * architecture.clip_flops(clip)
    seconds = machine.seconds(flops, update_seconds / clip * activations) / gpus
    parameters = model.count_params()
    trained = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    # A device holds whole clips.
    clips = max(update_seconds / gpus / accumulation // clip, 1)
    memory = 4 * parameters + 4 * trained * _copies(optimizer, accumulation)
    memory += clips * activations
    checkpoint = 4 * parameters + 4 * trained * (3 if optimizer.ema_momentum else 2)
    return Plan(
        parameters=parameters,
        trained_parameters=trained,
        updates=optimizer.updates,
        update_seconds=update_seconds,
        accumulation=accumulation,
        epochs=optimizer.updates * update_seconds / (hours * 3600),
        update_flops=flops,
        hours=optimizer.updates * seconds / 3600,
        memory=memory,
        fits=memory <= machine.memory,
        shard_bytes=hours * 3600 * SAMPLE_RATE * 2,
        run_bytes=config.keep_checkpoints * checkpoint + 4 * parameters,
        device=machine,
        gpus=gpus,
    )


def _configuration(recipe, settings):
    values = recipe_file.read(recipe_file.find(recipe))
    task = values.get("task")
    if task not in tuple(CONFIGS):  # it may be anything that YAML can say
        raise UserError(f"recipe '{recipe}' has no task: write task: pretrain or task: finetune")
    config = CONFIGS[task].load(recipe, settings)
    if config.model.preset is None:
        raise UserError(
            f"recipe '{recipe}' takes its architecture from --init: name it with "
            "--set model.preset=wav2vec2_base"
        )
    return config


def _model(config):
    from keras_w2v2 import Wav2Vec2ForCTC, Wav2Vec2ForPreTraining

    own = config.model.overrides() | {"dtype": config.dtype_policy()}
    if config.task == "pretrain":
        return Wav2Vec2ForPreTraining.from_preset(config.model.preset, **own)
    own["vocabulary_size"] = TYPICAL_VOCABULARY
    return Wav2Vec2ForCTC.from_preset(config.model.preset, **own)


def _clip_seconds(config):
    """The length that costs are counted for: pre-training crops, fine-tuning takes sentences."""
    return config.data.max_seconds if config.task == "pretrain" else config.data.max_seconds / 2.5


def _require_a_frame(config, architecture):
    """Refuses clips that make no frame: their costs would be nothing, or less."""
    least, clip = architecture.frames.receptive_field / SAMPLE_RATE, _clip_seconds(config)
    if clip < least:
        raise UserError(
            f"data.max_seconds is {config.data.max_seconds:g}: a typical clip would have "
            f"{clip:.3g} s, less than the {least:.3g} s that a frame sees: raise it"
        )


def _copies(optimizer, accumulation):
    """Values beside each trained weight: gradient, Adam's two means, sum of gradients, average."""
    return 3 + (accumulation > 1) + (optimizer.ema_momentum is not None)


def _bytes(count):
    return f"{count / 1e9:.3g} GB" if count >= 1e9 else f"{count / 1e6:.3g} MB"
