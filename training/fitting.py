"""The part that pre-training and fine-tuning share: begin or carry on, fit, finish."""

import errno
import os
from pathlib import Path

import keras
import tensorflow as tf

from keras_w2v2.data import shards
from keras_w2v2.errors import UserError
from keras_w2v2.training import checkpoints, final_model
from keras_w2v2.training.audio_counter import AudioCounter
from keras_w2v2.training.metrics_log import MetricsLog
from keras_w2v2.training.run_folder import RunFolder

SHOWN = ("loss", "accuracy", "character_error_rate", "blank_rate")  # in the progress line


class Stopped(KeyboardInterrupt):
    """Ctrl-C in the middle of a run; its text says how to carry on."""


def resolved(config, model, **inputs):
    """Returns the configuration with every field of the model filled in (dict).

    Args:
        config: PretrainConfig or FinetuneConfig.
        model: the task model made from it.
        **inputs: what the run is made from: data, dev, init; paths, lists of them, or None. The
            checksums of the shards go in too, so that a run does not carry on with others.
    """
    values = config.model_dump(mode="json")
    settings = model.backbone.get_config() | model.get_config()
    for name in values["model"]:
        if name in settings:
            value = settings[name]
            values["model"][name] = list(value) if isinstance(value, tuple) else value
    values["inputs"] = {
        name: _absolute([value] if name != "init" and isinstance(value, str | Path) else value)
        for name, value in inputs.items()
    }
    values["inputs"]["checksums"] = {
        str(index.folder.absolute()): index.checksum()
        for folders in (inputs["data"], inputs.get("dev"))
        if folders is not None
        for index in shards.load_all(folders)
    }
    first = ("task", "model", "data", "optimizer")
    return {name: values.pop(name) for name in first} | values


def run(model, values, config, folder, batches, *, dev=None, progress, vocabulary=None):
    """Trains a model in a run folder, from the start or from the newest checkpoint.

    Args:
        model: compiled task model with its initial weights.
        values: dict, the resolved configuration.
        config: PretrainConfig or FinetuneConfig.
        folder: path of the run.
        batches: endless tf.data.Dataset of training batches.
        dev: finite tf.data.Dataset or None.
        progress: `Progress` or another class with its calls.
        vocabulary: Vocabulary to save beside the model, or None.

    Returns:
        The trained model, also saved in the folder.

    Raises:
        UserError: the folder belongs to something else, or the disk is full.
        Stopped: Ctrl-C; the same call carries on.
    """
    folder = RunFolder(folder)
    carries_on = folder.check(values)
    title = "pre-training" if config.task == "pretrain" else "fine-tuning"
    try:
        if carries_on:
            warn = progress(title).note
            model = checkpoints.restore(folder.checkpoints, warn) or model
            _require_vocabulary(model, vocabulary, folder)
        else:
            # Now and for every weight, as when a checkpoint is read: the first update would do
            # it for those that it trains, which with frozen layers are fewer.
            model.optimizer.build(model.trainable_variables)
            folder.begin(values)
            if vocabulary is not None:
                vocabulary.save(folder.path)
        done = checkpoints.updates_of(model)
        folder.forget_metrics_after(done)
        total = config.optimizer.updates
        with progress(title, total, "updates", start=done) as shown:
            _fit(model, config, folder, batches, dev, shown)
            final_model.save(model, folder.model_file)
    except KeyboardInterrupt as error:
        raise Stopped(_where_it_stopped(model, folder)) from error
    except tf.errors.DataLossError:
        for place in values["inputs"]["checksums"]:
            shards.ShardIndex.load(place).verify()  # names the damaged file
        raise
    except Exception as error:
        if _is_full_disk(error):
            raise UserError(
                f"no space left on the disk of '{folder.path}': free some, "
                "then the same command carries on"
            ) from error
        raise
    return model


def _require_vocabulary(model, vocabulary, folder):
    """Refuses to carry on with labels of another vocabulary: a vocab.json may have changed."""
    if vocabulary is not None and model.vocabulary != vocabulary:
        raise UserError(
            f"'{folder.path}' holds a run with another vocabulary: remove {folder.path} or give "
            "another --out"
        )


def _fit(model, config, folder, batches, dev, shown):
    total, done = config.optimizer.updates, checkpoints.updates_of(model)
    if done >= total:
        return
    accumulation, epoch_updates = config.optimizer.gradient_accumulation, config.log_every
    audio = AudioCounter(batches.skip(done * accumulation))

    def show(updates, figures):
        speed = f"{figures['audio_seconds_per_second']:.3g} audio s/s"
        chosen = {name: figures[name] for name in SHOWN if name in figures}
        shown.update(updates, **chosen, speed=speed)

    log = MetricsLog(
        folder,
        audio,
        show,
        dev=dev,
        evaluate_every=config.evaluate_every,
        total=total,
        epoch_updates=epoch_updates,
    )
    save = checkpoints.Checkpoints(
        folder.checkpoints, config.checkpoint_every, config.keep_checkpoints, total, epoch_updates
    )
    _evaluate_without_xla(model)
    position = Position(shown, done, total, epoch_updates, accumulation)
    try:
        model.fit(
            audio.dataset,
            steps_per_epoch=epoch_updates * accumulation,
            epochs=-(-(total - done) // epoch_updates),
            callbacks=[position, log, save],
            shuffle=False,  # the dataset is shuffled already; True would only warn
            verbose=0,
        )
    finally:
        log.close()


def _evaluate_without_xla(model):
    """The dev shards come once in a while in many shapes: compiling each would cost more."""
    compiled, model.jit_compile = model.jit_compile, False
    model.make_test_function()
    model.jit_compile = compiled


class Position(keras.callbacks.Callback):
    """Moves the progress line with every batch and stops after the last update.

    It looks at the beginning of batches only, so that the device need not wait for the host.
    """

    def __init__(self, shown, done, total, epoch_updates, accumulation):
        super().__init__()
        self.shown, self.done, self.total = shown, done, total
        self.epoch_updates, self.accumulation = epoch_updates, accumulation

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        finished = self.done + self._epoch * self.epoch_updates + batch // self.accumulation
        self.shown.update(finished)
        last_of_update = (batch + 1) % self.accumulation == 0
        if last_of_update and finished + 1 >= self.total:
            self.model.stop_training = True  # after this batch


def _where_it_stopped(model, folder):
    updates = checkpoints.updates_of(model)
    saved = checkpoints.listed(folder.checkpoints)
    start = f"update {saved[-1][0]}" if saved else "the start"
    return f"stopped at update {updates}; the same command carries on from {start}"


def _absolute(value):
    if value is None:
        return None
    if isinstance(value, str | Path):
        return str(Path(value).absolute())
    return [_absolute(item) for item in value]


def _is_full_disk(error):
    """Whether the disk was full, in whatever class Python, HDF5 or TensorFlow say so."""
    while error is not None:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return True
        if os.strerror(errno.ENOSPC).lower() in str(error).lower():
            return True
        error = error.__cause__ or error.__context__
    return False
