"""Where in a run the training is."""

import keras


def stretches(done, total, epoch_updates):
    """Returns what to fit: a list of (updates done before, updates in an epoch, epochs).

    Epochs end at multiples of `epoch_updates`, so a run that was stopped in the middle of one
    first finishes that one.

    Args:
        done, total: int, updates of the run so far and in all.
        epoch_updates: int.

    Example:
        >>> stretches(130, 1000, 50)
        [(130, 20, 1), (150, 50, 17)]
    """
    rest = min(-done % epoch_updates, total - done)
    first = [(done, rest, 1)] if rest > 0 else []
    done += max(rest, 0)
    whole = [(done, epoch_updates, -(-(total - done) // epoch_updates))] if done < total else []
    return first + whole


class Position(keras.callbacks.Callback):
    """Moves the progress line with every batch and stops after the last update.

    It looks at the beginning of batches only, so that the device need not wait for the host.

    Args:
        shown: Progress.
        done: int, updates before this call of fit.
        total: int, updates of the run.
        epoch_updates: int, updates in an epoch.
    """

    def __init__(self, shown, done, total, epoch_updates):
        super().__init__()
        self.shown, self.done, self.total = shown, done, total
        self.epoch_updates = epoch_updates

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        finished = self.done + self._epoch * self.epoch_updates + batch
        self.shown.update(finished)
        if finished + 1 >= self.total:
            self.model.stop_training = True  # after this batch
