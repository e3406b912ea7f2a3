"""Opens the folder of a run: begins it, or takes up its newest checkpoint."""

import contextlib
import zlib
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_w2v2.errors import UserError
from keras_w2v2.text import Vocabulary
from keras_w2v2.training import machine
from keras_w2v2.training.runs import checkpoint_file, checkpoints, lock
from keras_w2v2.training.runs.resolved import decisive
from keras_w2v2.training.runs.retention import Rule
from keras_w2v2.training.runs.run_folder import RunFolder
from keras_w2v2.training.workers.strategies import Distribution


@dataclass(frozen=True)
class Job:
    """What a run is made of; see `fitting.run`."""

    config: object
    values: dict
    folder: RunFolder
    batches: tf.data.Dataset
    dev: tf.data.Dataset | None
    rule: Rule
    vocabulary: Vocabulary | None
    distribution: Distribution


@contextlib.contextmanager
def held(folder, distribution):
    """Holds the folder of a run for its chief alone; without a run it does not stay.

    Args:
        folder: RunFolder.
        distribution: strategies.Distribution.

    Raises:
        UserError: something else lies there, or another process trains in it.
    """

    def hold():
        folder.check_place()
        own.enter_context(lock.held(folder.path))

    with contextlib.ExitStack() as own:
        distribution.of_chief(hold)
        yield


def open_run(model, job, warn):
    """Begins a run in its folder, which is held, or takes up its newest checkpoint.

    Args:
        model: compiled task model with its initial weights.
        job: Job.
        warn: function of one str.

    Returns:
        (model to train, running means of an epoch that was cut).
    """
    every = job.distribution
    updates = every.of_chief(_start, job, warn)
    if updates is not None:
        model, means = _checkpoint(job, updates)
    else:
        # Now and for every weight, as when a checkpoint is read: the first update would do it
        # for those that it trains, which with frozen layers are fewer.
        with every.scope():
            model.optimizer.build(model.trainable_variables)
        means = {}
    every.require_the_same(_checksum(model) if every.cluster else 0, "initial weights")
    every.of_chief(_write_beginnings, job, updates or 0)
    return model, means


def _start(job, warn):
    """Returns the updates of the checkpoint to take up, None for a run that begins."""
    carries_on = job.folder.check(job.values)
    job.folder.remove_unfinished()
    return checkpoints.choose(job.folder.checkpoints, warn) if carries_on else None


def _checkpoint(job, updates):
    """Returns (model, running means of an epoch that was cut) of a checkpoint.

    Every worker reads the same file, as their strategy makes each variable on all of them at once.
    """
    path = job.distribution.together(checkpoints.found, job.folder.checkpoints, updates)
    with job.distribution.scope():
        model, record = checkpoint_file.load(path)
    # The folders of other workers may be called otherwise; that all train alike they know.
    job.distribution.of_chief(_require_the_same, record, model, job)
    return model, record.means


def _require_the_same(record, model, job):
    """Refuses a checkpoint of another run, and labels of another vocabulary.

    config.yaml tells of neither: checkpoints may be copied and a vocab.json may change.
    """
    another = None
    if job.vocabulary is not None and model.vocabulary != job.vocabulary:
        another = "vocabulary"
    if decisive(record.recipe) != decisive(job.values):
        another = "configuration"
    if another:
        raise UserError(
            f"'{job.folder.path}' holds checkpoints of a run with another {another}: "
            f"{job.folder.way_out(job.values)}"
        )


def _checksum(model):
    """Returns the CRC-32 of all weights (int)."""
    checksum = 0
    for weight in model.get_weights():
        checksum = zlib.crc32(np.ascontiguousarray(weight), checksum)
    return checksum


def _write_beginnings(job, updates):
    job.folder.begin(job.values)  # also when it carries on: its guard may be another now
    if job.vocabulary is not None:
        job.vocabulary.save(job.folder.path)
    job.folder.note_machine(machine.describe())
    job.folder.forget_metrics_after(updates)
