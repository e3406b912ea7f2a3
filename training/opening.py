"""Opens the folder of a run: begins it, or takes up its newest checkpoint."""

from dataclasses import dataclass

import tensorflow as tf

from keras_w2v2.errors import UserError
from keras_w2v2.text import Vocabulary
from keras_w2v2.training import checkpoint_file, checkpoints, machine, run_lock
from keras_w2v2.training.resolved import decisive
from keras_w2v2.training.retention import Rule
from keras_w2v2.training.run_folder import RunFolder


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


def open_run(model, job, held, warn):
    """Begins a run in its folder, or takes up its newest checkpoint.

    Args:
        model: compiled task model with its initial weights.
        job: Job.
        held: contextlib.ExitStack; the folder is this process' own until it is closed.
        warn: function of one str.

    Returns:
        (model to train, running means of an epoch that was cut).
    """
    folder = job.folder
    carries_on = folder.check(job.values)
    folder.path.mkdir(parents=True, exist_ok=True)
    held.enter_context(run_lock.locked(folder.path))
    folder.remove_unfinished()
    updates = checkpoints.choose(folder.checkpoints, warn) if carries_on else None
    if updates is not None:
        model, means = _checkpoint(job, updates)
    else:
        # Now and for every weight, as when a checkpoint is read: the first update would do it
        # for those that it trains, which with frozen layers are fewer.
        model.optimizer.build(model.trainable_variables)
        means = {}
    _write_beginnings(job, updates or 0)
    return model, means


def _checkpoint(job, updates):
    """Returns (model, running means of an epoch that was cut) of a checkpoint."""
    path = checkpoints.found(job.folder.checkpoints, updates)
    model, record = checkpoint_file.load(path)
    _require_the_same(record, model, job)
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
            f"'{job.folder.path}' holds checkpoints of a run with another {another}: remove "
            f"{job.folder.path} or give another --out"
        )


def _write_beginnings(job, updates):
    job.folder.begin(job.values)  # also when it carries on: its guard may be another now
    if job.vocabulary is not None:
        job.vocabulary.save(job.folder.path)
    job.folder.note_machine(machine.describe())
    job.folder.forget_metrics_after(updates)
