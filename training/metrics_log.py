"""The curves of a run: a line of metrics.jsonl and TensorBoard scalars for every epoch."""

import datetime
import time

import keras

from keras_w2v2.training import memory
from keras_w2v2.training.runs.checkpoints import updates_of


class MetricsLog(keras.callbacks.Callback):
    """Writes what was measured, at the end of every epoch.

    A training line has "split": "train", "updates", every metric of the model (means over the
    epoch), "learning_rate" of the next update, "audio_seconds_per_second", "data_wait" (share of
    the time in which the step waited for its input), "peak_megabytes" of this process so far,
    "device_peak_megabytes" where an accelerator tells it, "seconds" spent in training by this
    process, and "time". A line of the dev shards has "split": "dev", "updates" and the metrics.

    Args:
        run: RunFolder.
        audio: AudioCounter of the training batches.
        wait: InputWait of the training batches; without one, None, there is no "data_wait".
        show: function of (updates, dict), told of every training line.
        dev: tf.data.Dataset, finite, or None.
        dev_batches: int, how many it holds, where it cannot tell.
        evaluate_every: int, updates between two evaluations on `dev`.
        total: int, updates of the run; the last is always evaluated.
        epoch_updates: int, updates in an epoch.
    """

    def __init__(
        self, run, audio, wait, show, *, dev, dev_batches=None, evaluate_every, total, epoch_updates
    ):
        super().__init__()
        self.run, self.audio, self.wait, self.show = run, audio, wait, show
        self.dev, self.dev_batches, self.evaluate_every = dev, dev_batches, evaluate_every
        self.total, self.epoch_updates = total, epoch_updates
        self.seconds = 0.0

    def on_train_begin(self, logs=None):
        import tensorflow as tf

        self._writers = {
            split: tf.summary.create_file_writer(str(self.run.logs / split))
            for split in (["train"] if self.dev is None else ["train", "dev"])
        }

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.monotonic()
        self._heard = self.audio.seconds()
        self._waited = self.wait.seconds() if self.wait else 0.0

    def on_epoch_end(self, epoch, logs=None):
        took = time.monotonic() - self._began
        self.seconds += took
        updates = updates_of(self.model)
        figures = {name: float(value) for name, value in (logs or {}).items()}
        figures["learning_rate"] = float(self.model.optimizer.learning_rate)
        figures["audio_seconds_per_second"] = (self.audio.seconds() - self._heard) / took
        if self.wait:
            figures["data_wait"] = (self.wait.seconds() - self._waited) / took
        figures |= _memory()
        self._write("train", updates, figures, seconds=round(self.seconds, 3))
        self.show(updates, figures)
        before = max(updates - self.epoch_updates, 0)
        due = updates // self.evaluate_every > before // self.evaluate_every
        if self.dev is not None and (due or updates >= self.total):
            figures = self.model.evaluate(
                self.dev, steps=self.dev_batches, return_dict=True, verbose=0
            )
            self._write("dev", updates, {name: float(value) for name, value in figures.items()})

    def on_train_end(self, logs=None):
        self.close()

    def close(self):
        """Flushes the TensorBoard files."""
        for writer in getattr(self, "_writers", {}).values():
            writer.close()

    def add_finding(self, finding):
        """Writes what the guard found: a line with "split": "guard", and a text for TensorBoard."""
        import tensorflow as tf

        self.run.append_metrics(finding.row() | {"time": _now()})
        with self._writers["train"].as_default(step=finding.updates):
            tf.summary.text("guard", finding.text())
        self._writers["train"].flush()

    def _write(self, split, updates, figures, **more):
        import tensorflow as tf

        row = {"split": split, "updates": updates, **figures, **more, "time": _now()}
        self.run.append_metrics(row)
        with self._writers[split].as_default(step=updates):
            for name, value in figures.items():
                tf.summary.scalar(name, value)
        self._writers[split].flush()


def _now():
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _memory():
    """The most memory used so far, where the system and the devices tell it."""
    peaks = {
        "peak_megabytes": memory.peak_megabytes(),
        "device_peak_megabytes": memory.device_peak_megabytes(),
    }
    return {name: peak for name, peak in peaks.items() if peak is not None}
