"""The part that pre-training and fine-tuning share: begin or carry on, fit, finish."""

import contextlib

import tensorflow as tf

from keras_w2v2.data import shards
from keras_w2v2.errors import UnhealthyRunError, UserError, full_disk
from keras_w2v2.training import optimizers
from keras_w2v2.training.audio_counter import AudioCounter
from keras_w2v2.training.guard import callback
from keras_w2v2.training.input_wait import InputWait
from keras_w2v2.training.metrics_log import MetricsLog
from keras_w2v2.training.reports.snapshots import Snapshots
from keras_w2v2.training.runs import checkpoints, final_model, opening, termination
from keras_w2v2.training.runs.opening import Job
from keras_w2v2.training.runs.position import Position, stretches
from keras_w2v2.training.runs.resolved import resolved
from keras_w2v2.training.runs.retention import Rule
from keras_w2v2.training.runs.run_folder import RunFolder
from keras_w2v2.training.workers import worker_loss
from keras_w2v2.training.workers.strategies import Distribution


class Stopped(KeyboardInterrupt):
    """Ctrl-C in the middle of a run; its text says how to carry on."""


def run(
    make,
    config,
    inputs,
    folder,
    batches,
    *,
    dev=None,
    progress,
    vocabulary=None,
    distribution=Distribution(),
    measure=None,
):
    """Trains a model in a run folder, from the start or from the newest checkpoint.

    Args:
        make: function without arguments, called once the folder is held: returns the task model
            with its initial weights, made and compiled in the distribution's scope.
        config: PretrainConfig or FinetuneConfig.
        inputs: dict, what the run is made from, see `resolved`.
        folder: path of the run; one that all workers share.
        batches: endless tf.data.Dataset of training batches.
        dev: finite tf.data.Dataset or None.
        progress: `Progress` or another class with its calls.
        vocabulary: Vocabulary to save beside the model, or None.
        distribution: strategies.Distribution.
        measure: function of (final model, RunFolder) that ends the run, or None.

    Returns:
        The trained model, also saved in the folder.

    Raises:
        UserError: the folder belongs to something else or to another process, the disk is full,
            `best_by` names no figure, or a worker is gone.
        UnhealthyRunError: the collapse guard ended the run.
        Stopped: Ctrl-C; the same call carries on.
        Terminated: (a SystemExit) SIGTERM, with everything saved; the same call carries on.
    """
    folder = RunFolder(folder)
    with opening.held(folder, distribution):
        model = make()
        values = resolved(config, model, **inputs)
        rule = Rule.of(config, model, dev is not None)
        job = Job(config, values, folder, batches, dev, rule, vocabulary, distribution)
        return _train(model, job, progress, measure)


def _train(model, job, progress, measure):
    folder, distribution = job.folder, job.distribution
    title = "pre-training" if job.config.task == "pretrain" else "fine-tuning"
    try:
        with termination.Watch() as sigterm:
            note = progress(title).note
            if doubt := optimizers.doubt(job.config.optimizer):
                note(doubt)
            model, means = opening.open_run(model, job, note)
            done = checkpoints.updates_of(model)
            with progress(title, job.config.optimizer.updates, "updates", start=done) as shown:
                _fit(model, means, job, shown, sigterm)
                optimizers.put_average(model)
            distribution.of_chief(_finish, model, folder, measure, sigterm, note)
    except KeyboardInterrupt as error:
        raise Stopped(_where_it_stopped(model, folder)) from error
    except UnhealthyRunError as error:
        # All workers found it, but the last update's sums may still be on their way to one.
        with contextlib.suppress(UserError):
            distribution.leave_together()
        raise callback.with_a_way_on(error, folder) from error
    except tf.errors.DataLossError:
        for place in job.values["inputs"]["checksums"]:
            shards.ShardIndex.load(place).verify()  # names the damaged file
        raise
    except Exception as error:
        if full_disk(error) is not None:
            raise UserError(
                f"no space left on the disk of '{folder.path}': free some, "
                "then the same command carries on"
            ) from error
        if distribution.cluster is not None:
            worker_loss.explain(error)
        raise
    return model


def _finish(model, folder, measure, sigterm, tell):
    def measured(final):
        with sigterm.heeded_at_once(tell):
            measure(final, folder)

    final_model.save(model, folder.model_file, measure and measured)


def _fit(model, means, job, shown, sigterm):
    part, total = job.distribution.part(job.config.data), job.config.optimizer.updates
    audio = AudioCounter(1 if part is None else part.count)
    # Under a strategy TensorFlow reads ahead in a thread of its own, which waits in our place.
    wait = InputWait() if job.distribution.strategy is None else None
    _evaluate_without_xla(model)
    with job.distribution.own_folder(job.folder) as folder:
        callbacks, log = _callbacks(job, folder, audio, wait, shown, sigterm)
        try:
            for done, updates, epochs in stretches(
                checkpoints.updates_of(model), total, job.config.log_every
            ):
                counted = audio.counted(job.batches.skip(done))
                batches = job.distribution.share(counted, part)
                model.fit(
                    wait.timed(batches) if wait else batches,
                    steps_per_epoch=updates,
                    epochs=epochs,
                    callbacks=[
                        checkpoints.CarriedMeans(means),
                        *callbacks,
                        Position(shown, done, total, updates),
                    ],
                    shuffle=False,  # the dataset is shuffled already; True would only warn
                    verbose=0,
                )
                means = {}
        finally:
            log.close()


def _callbacks(job, folder, audio, wait, shown, sigterm):
    """Returns (callbacks of all stretches, the MetricsLog among them); they write to `folder`."""
    distribution = job.distribution
    save = checkpoints.Checkpoints(folder, job.config, job.values, job.rule, distribution.chief)
    log = _metrics_log(job, folder, audio, wait, shown)
    snapshots = _snapshots(job, folder)
    earlier = job.folder.metrics()
    guard = callback.for_run(job.values, earlier, log, shown, snapshots)

    def asked():
        return distribution.sum(int(sigterm.asked)) > 0

    def save_together():
        updates = save.save()
        distribution.leave_together()
        return updates

    safe_point = termination.SafePoint(asked, save_together, shown.note)
    return [safe_point, log, snapshots, guard, save], log


def _metrics_log(job, folder, audio, wait, shown):
    def show(updates, figures):
        speed = f"{figures['audio_seconds_per_second']:.3g} audio s/s"
        shown.update(updates, loss=figures["loss"], speed=speed)  # the health tells more

    shared = job.dev is not None and job.distribution.strategy is not None
    return MetricsLog(
        folder,
        audio,
        wait,
        show,
        dev=None if job.dev is None else job.distribution.share(job.dev),
        dev_batches=int(job.dev.cardinality()) if shared else None,
        evaluate_every=job.config.evaluate_every,
        total=job.config.optimizer.updates,
        epoch_updates=job.config.log_every,
    )


def _snapshots(job, folder):
    inputs, config = job.values["inputs"], job.config
    return Snapshots(
        folder.snapshots_file,
        inputs.get("dev") or inputs["data"],
        config.evaluate_every,
        config.optimizer.updates,
        config.log_every,
    )


def _evaluate_without_xla(model):
    """The dev shards come once in a while in many shapes: compiling each would cost more."""
    compiled, model.jit_compile = model.jit_compile, False
    model.make_test_function()
    model.jit_compile = compiled


def _where_it_stopped(model, folder):
    updates = checkpoints.updates_of(model)
    saved = checkpoints.listed(folder.checkpoints)
    start = f"update {saved[-1][0]}" if saved else "the start"
    return f"stopped at update {updates}; the same command carries on from {start}"
