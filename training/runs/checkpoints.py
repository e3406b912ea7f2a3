"""The checkpoints of a run: when they are written, which stay, which one is taken up again."""

import keras

from keras_w2v2.errors import UserError
from keras_w2v2.training.runs import checkpoint_file
from keras_w2v2.training.runs.checkpoint_file import Damaged, Record, listed, updates_of


class Checkpoints(keras.callbacks.Callback):
    """Saves the model every so many updates and removes what the rule does not keep.

    Args:
        run: RunFolder.
        config: PretrainConfig or FinetuneConfig.
        recipe: dict, the resolved configuration, written into every checkpoint.
        rule: retention.Rule.
        writes: bool, False on workers that leave it to the chief.
    """

    def __init__(self, run, config, recipe, rule, writes=True):
        super().__init__()
        self.run, self.recipe, self.rule, self.writes = run, recipe, rule, writes
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
        partial_epoch = updates % self.epoch_updates and updates < self.total
        # On every worker: each holds a part of them.
        means = means_of(self.model) if partial_epoch else {}
        if self.writes and updates not in dict(listed(folder)):
            record = Record(
                updates=updates,
                batches=updates,
                recipe=self.recipe,
                figures=self.run.figures_of(updates),
                means=means,
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


def choose(folder, warn):
    """Returns the updates of the newest checkpoint that is as it was written, or None.

    A damaged one is set aside under another name, so that nothing overwrites it.

    Args:
        folder: path of the checkpoints.
        warn: function of one str, told of each that is damaged.

    Raises:
        UserError: there are checkpoints and none is whole.
    """
    checkpoint_file.remove_unfinished(folder)
    damaged, whole = {}, None
    for updates, path in reversed(listed(folder)):
        try:
            checkpoint_file.read(path)
        except Damaged as error:
            damaged[path] = error
        else:
            whole = updates
            break
    if damaged and whole is None:
        raise UserError(
            f"no checkpoint in '{folder}' is whole ({next(iter(damaged.values()))}): "
            f"remove {folder} to start the run anew"
        )
    for path, error in damaged.items():
        aside = checkpoint_file.set_aside(path)
        warn(
            f"warning: checkpoint '{path}' is damaged ({error}): set aside as {aside.name}, "
            f"carrying on from update {whole}"
        )
    return whole


def found(folder, updates):
    """Returns the path of the checkpoint of an update.

    Raises:
        UserError: it is not there.
    """
    path = dict(listed(folder)).get(updates)
    if path is None:
        raise UserError(
            f"there is no checkpoint of update {updates} in '{folder}', from which worker 0 "
            "carries on: --out must be one folder that all workers share"
        )
    return path


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
