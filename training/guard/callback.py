"""The collapse guard at work: a Keras callback that warns, or ends the run."""

import keras

from keras_w2v2.errors import UnhealthyRunError
from keras_w2v2.training.guard.guard import Guard
from keras_w2v2.training.runs import checkpoints


class GuardCallback(keras.callbacks.Callback):
    """Shows the guard every line of figures, before the epoch's checkpoint is written.

    Put it before the callback that saves: what a stopped run leaves are the checkpoints from
    before the trouble was certain. Under a strategy every worker has the same figures, so every
    worker stops.

    Args:
        values: dict, the resolved configuration of the run; its section `guard` rules.
        earlier: list of dict, the lines of metrics.jsonl that the run has already.
        tell: function of a Finding, called once for each unless guard.action is "off".
        show: function of (updates, str), told the health line at the end of every epoch.

    Raises:
        UnhealthyRunError: (in `fit`) something is wrong and guard.action is "stop".

    Example:
        >>> guard = GuardCallback(run.config(), run.metrics(), print, print)
        >>> model.fit(dataset, callbacks=[guard])
    """

    def __init__(self, values, earlier, tell, show):
        super().__init__()
        self.guard, self.tell, self.show = Guard(values), tell, show
        for row in earlier:
            self.guard.look(row)

    def on_epoch_end(self, epoch, logs=None):
        updates, action = checkpoints.updates_of(self.model), self.guard.limits.action
        figures = {name: float(value) for name, value in (logs or {}).items()}
        found = self.guard.look({"updates": updates} | figures)
        self.show(updates, self.guard.health())
        if action == "off":
            return
        for finding in found:
            self.tell(finding)
        if found and action == "stop":
            raise UnhealthyRunError("; ".join(finding.text() for finding in found))


def for_run(values, earlier, log, shown, snapshots):
    """Returns the GuardCallback of a run that writes and shows what is found.

    Args:
        values: dict, the resolved configuration.
        earlier: as for GuardCallback; the same on every worker, so that all stop or none.
        log: MetricsLog, gets a line for each finding.
        shown: Progress, gets the health, and each finding as a warning where the run goes on.
        snapshots: Snapshots, takes one of the model as it was found.
    """

    def tell(finding):
        log.add_finding(finding)
        snapshots.take()
        if callback.guard.limits.action == "warn":
            shown.note(f"warning: {finding.text()}")

    def show(updates, health):
        shown.update(updates, health=health)

    callback = GuardCallback(values, earlier, tell, show)
    return callback


def with_a_way_on(error, folder):
    """Returns an UnhealthyRunError that also says where the run lies and how it may go on."""
    saved = checkpoints.listed(folder.checkpoints)
    start = f"update {saved[-1][0]}" if saved else "the start"
    return UnhealthyRunError(
        f"the guard ended '{folder.path}': {error} and start anew with another --out, or carry on "
        f"from {start} with --set guard.action=warn"
    )
