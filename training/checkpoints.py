"""The checkpoints of a run: when they are written, which stay, which one is taken up again."""

import keras

from keras_w2v2.errors import UserError
from keras_w2v2.training import checkpoint_file
from keras_w2v2.training.checkpoint_file import Damaged, Record, listed, updates_of


class Checkpoints(keras.callbacks.Callback):
    """Saves the model every so many updates and removes what the rule does not keep.

    Args:
        run: RunFolder.
        config: PretrainConfig or FinetuneConfig.
        recipe: dict, the resolved configuration, written into every checkpoint.
        rule: retention.Rule.
    """

    def __init__(self, run, config, recipe, rule):
        super().__init__()
        self.run, self.recipe, self.rule = run, recipe, rule
        self.every, self.epoch_updates = config.checkpoint_every, config.log_every
        self.total = config.optimizer.updates

    def on_epoch_end(self, epoch, logs=None):
        updates = updates_of(self.model)
        before = max(updates - self.epoch_updates, 0)
        if updates // self.every > before // self.every or updates >= self.total:
            self.save()

    def save(self):
        """Saves the model as it is now, unless its checkpoint is there; returns its updates."""
        updates, folder = updates_of(self.model), self.run.checkpoints
        if updates not in dict(listed(folder)):
            partial_epoch = updates % self.epoch_updates and updates < self.total
            record = Record(
                updates=updates,
                batches=updates,
                recipe=self.recipe,
                figures=self.run.figures_of(updates),
                means=means_of(self.model) if partial_epoch else {},
            )
            checkpoint_file.save(self.model, folder, record)
            self._remove_old()
        return updates

    def _remove_old(self):
        found = dict(listed(self.run.checkpoints))
        kept = self.rule.kept({n: checkpoint_file.figures_of(path) for n, path in found.items()})
        for updates in found.keys() - kept:
            checkpoint_file.remove(found[updates])


class CarriedMeans(keras.callbacks.Callback):
    """Puts back the running means of an epoch that began in another process.

    Args:
        means: dict, `Record.means`.
    """

    def __init__(self, means):
        super().__init__()
        self.means = means

    def on_epoch_begin(self, epoch, logs=None):
        for metric in self.model.metrics:
            values = self.means.get(metric.name, ())
            for variable, value in zip(metric.variables, values, strict=bool(values)):
                variable.assign(value)
        self.means = {}


def means_of(model):
    """Returns the running means of the present epoch (dict, see `Record.means`)."""
    return {m.name: [float(v.numpy()) for v in m.variables] for m in model.metrics}


def restore(folder, warn):
    """Loads the newest checkpoint that is as it was written.

    A damaged one is set aside under another name, so that nothing overwrites it.

    Args:
        folder: path of the checkpoints.
        warn: function of one str, told of each that is damaged.

    Returns:
        (compiled model, Record), or None when there is no checkpoint.

    Raises:
        UserError: there are checkpoints and none can be read.
    """
    checkpoint_file.remove_unfinished(folder)
    damaged = {}
    for _, path in reversed(listed(folder)):
        try:
            taken = checkpoint_file.load(path)
            break
        except Damaged as error:  # any other error is none of the file's
            damaged[path] = error
    else:
        if damaged:
            raise UserError(
                f"no checkpoint in '{folder}' is whole ({next(iter(damaged.values()))}): "
                f"remove {folder} to start the run anew"
            )
        return None
    for path, error in damaged.items():
        aside = checkpoint_file.set_aside(path)
        warn(
            f"warning: checkpoint '{path}' is damaged ({error}): set aside as {aside.name}, "
            f"carrying on from update {taken[1].updates}"
        )
    return taken


def newest_whole(folder, warn):
    """Returns (updates, path) of the newest checkpoint that is as it was written, or None.

    Unlike `restore` it changes nothing in the folder.
    """
    for updates, path in reversed(listed(folder)):
        try:
            checkpoint_file.read(path)
            return updates, path
        except Damaged as error:
            warn(f"checkpoint '{path}' is damaged and is left out: {error}")
    return None
