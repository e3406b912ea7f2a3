"""Checkpoints: everything that a run needs to carry on as if it had never stopped.

A checkpoint is a .keras file: weights, optimizer, configuration and, because the task models
put them there, the states of all random generators.
"""

import re
import shutil
import warnings
import zipfile

import keras

from keras_w2v2.errors import UserError
from keras_w2v2.interop import atomic

_NAME = re.compile(r"step-(\d{8,})\.keras")


class Checkpoints(keras.callbacks.Callback):
    """Saves the model every so many updates and keeps the last few.

    A checkpoint falls on the end of an epoch (a line of metrics.jsonl), so that means over an
    epoch are the same in a run that was interrupted.

    Args:
        folder: path of the checkpoints.
        every: int, updates between two.
        keep: int.
        total: int, updates of the run; the last is always saved.
        epoch_updates: int, updates in an epoch.
    """

    def __init__(self, folder, every, keep, total, epoch_updates):
        super().__init__()
        self.folder, self.every, self.keep = folder, every, keep
        self.total, self.epoch_updates = total, epoch_updates

    def on_epoch_end(self, epoch, logs=None):
        updates = updates_of(self.model)
        before = max(updates - self.epoch_updates, 0)
        if updates // self.every > before // self.every or updates >= self.total:
            save(self.model, self.folder, updates)
            for _, old in listed(self.folder)[: -self.keep]:
                old.unlink()


def updates_of(model):
    """Returns the number of optimizer updates that a compiled model has had (int)."""
    return int(model.optimizer.iterations)


def listed(folder):
    """Returns (updates, path) of the checkpoints in a folder, oldest first."""
    if not folder.is_dir():
        return []
    found = [(_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    return sorted((int(match[1]), path) for match, path in found if match)


def save(model, folder, updates):
    """Writes a checkpoint under its final name only once it is whole; returns its path."""
    path = folder / f"step-{updates:08d}.keras"
    with atomic.file(path) as partial:
        model.save(partial)
    return path


def restore(folder, warn):
    """Loads the newest checkpoint that can be read.

    Args:
        folder: path of the checkpoints.
        warn: function of one str, told of each that cannot be read.

    Returns:
        The compiled model, or None when there is no checkpoint.

    Raises:
        UserError: there are checkpoints and none can be read.
    """
    _remove_partial(folder)
    found = listed(folder)
    for updates, path in reversed(found):
        try:
            return _load(path, updates)
        except Exception as error:  # whatever a damaged zip, JSON or HDF5 file makes them raise
            reason = str(error).split("\n")[0] or type(error).__name__
            warn(f"warning: checkpoint '{path}' cannot be read and is left out ({reason})")
    if found:
        raise UserError(
            f"no checkpoint in '{folder}' can be read: remove {folder} to start the run anew"
        )
    return None


def _load(path, updates):
    if not zipfile.is_zipfile(path):  # Keras would say that there is no such file
        raise ValueError("it is cut short")
    with warnings.catch_warnings():
        # Keras only warns when a file lacks the optimizer's variables; the count below tells.
        warnings.filterwarnings("ignore", message="Skipping variable loading for optimizer")
        model = keras.saving.load_model(path)
    if updates_of(model) != updates:
        raise ValueError(f"its optimizer has had {updates_of(model)} updates")
    return model


def _remove_partial(folder):
    """Removes what a killed process left half-written."""
    if folder.is_dir():
        for path in folder.glob(".step-*"):
            shutil.rmtree(path, ignore_errors=True)
