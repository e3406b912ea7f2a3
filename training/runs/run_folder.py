"""The folder of a run: what lies where, and whether a run may begin or carry on in it.

config.yaml (the full resolved configuration, itself a recipe), metrics.jsonl, snapshots.jsonl
(codes in use or transcripts), machine.json, logs/ (TensorBoard), checkpoints/, model.keras once the
run is done; vocab.json when it reads, evaluation.json when it has dev shards to end with.
"""

import datetime
import json
import logging
import shutil
import zipfile
from importlib import metadata
from pathlib import Path

import yaml

from keras_w2v2.errors import UserError
from keras_w2v2.interop import atomic, hub
from keras_w2v2.training import json_lines
from keras_w2v2.training.configuration import recipe_file
from keras_w2v2.training.runs.resolved import decisive

_log = logging.getLogger(__name__)


class RunFolder:
    """Paths and small files of one run.

    Args:
        path: str or path.

    Example:
        >>> run = RunFolder("runs/small")
        >>> run.config()["optimizer"]["updates"], run.metrics()[-1]["loss"]
    """

    def __init__(self, path):
        self.path = Path(path)
        self.config_file = self.path / "config.yaml"
        self.metrics_file = self.path / "metrics.jsonl"
        self.snapshots_file = self.path / "snapshots.jsonl"
        self.machine_file = self.path / "machine.json"
        self.evaluation_file = self.path / "evaluation.json"
        self.logs = self.path / "logs"
        self.checkpoints = self.path / "checkpoints"
        self.model_file = self.path / "model.keras"

    @property
    def finished(self):
        """Whether the run has its final model."""
        return self.model_file.is_file()

    def check_place(self):
        """Raises UserError where no run lies nor may begin: on a file, or among other files."""
        if self.path.exists() and not self.path.is_dir():
            raise UserError(f"'{self.path}' is a file: give a folder for the run")
        if self.config_file.is_file() or not self.path.is_dir():
            return
        if set(self.path.iterdir()) - set(self._unfinished()):
            raise UserError(
                f"'{self.path}' holds other files and no run: give a new folder with --out"
            )

    def check(self, config):
        """Says whether a run of `config` may begin or carry on here; writes nothing.

        Args:
            config: dict, the resolved configuration.

        Returns:
            bool, True when the run began earlier and carries on.

        Raises:
            UserError: the folder holds a finished run, another run, or something else.
        """
        self.check_place()
        if not self.config_file.is_file():
            return False
        differing = _differences(decisive(self.config()), decisive(config))
        if differing:
            shown = "; ".join(differing[:3]) + (
                f"; and {len(differing) - 3} more" if len(differing) > 3 else ""
            )
            raise UserError(
                f"'{self.path}' holds a run with another configuration ({shown}): "
                f"{self.way_out(config)}"
            )
        if self.finished:
            raise UserError(
                f"'{self.path}' holds this run, finished: to train it anew, {self.way_out(config)}"
            )
        return True

    def way_out(self, config):
        """Returns the advice for a folder that is taken (str).

        To remove it is part of that only where nothing lies in it that `config` is to read.
        """
        inputs = config.get("inputs") or {}
        given = [inputs.get(name) or [] for name in ("data", "dev", "noise", "init")]
        read = [path for one in given for path in ([one] if isinstance(one, str) else one)]
        if any(Path(path).resolve().is_relative_to(self.path.resolve()) for path in read):
            return "give another --out"
        return f"give another --out, or remove {self.path}"

    def _unfinished(self):
        return self.path.glob(".*.partial-*")

    def remove_unfinished(self):
        """Removes what a killed process left half-written."""
        for path in self._unfinished():
            shutil.rmtree(path, ignore_errors=True)

    def begin(self, config):
        """Writes config.yaml into the folder, which is there."""
        text = _versions() + yaml.safe_dump(
            config, sort_keys=False, allow_unicode=True, default_flow_style=None
        )
        with atomic.file(self.config_file) as partial:
            partial.write_text(text, encoding="utf-8")

    def note_machine(self, machine):
        """Writes machine.json: what trains this run (dict); of several machines the last."""
        with atomic.file(self.machine_file) as partial:
            partial.write_text(json.dumps(machine, indent=1) + "\n", encoding="utf-8")

    def config(self):
        """Returns the resolved configuration (dict)."""
        return recipe_file.read(self.config_file)

    def metrics(self):
        """Returns the lines of metrics.jsonl (list of dict), without damaged ones."""
        return json_lines.read(self.metrics_file)

    def append_metrics(self, row):
        """Adds a line to metrics.jsonl."""
        with self.metrics_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def figures_of(self, updates):
        """Returns what was measured at an update: dict of split to its line."""
        return {row["split"]: row for row in self.metrics() if row["updates"] == updates}

    def forget_metrics_after(self, updates):
        """Removes the lines beyond a checkpoint, which the run will write again."""
        kept = [row for row in self.metrics() if row["updates"] <= updates]
        with atomic.file(self.metrics_file) as partial:
            partial.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")


def load_model(path):
    """Loads a model from wherever one lies.

    Args:
        path: str or path of a run (an unfinished one gives its newest checkpoint), of a .keras
            file, or of a Hugging Face folder.

    Returns:
        Wav2Vec2ForPreTraining or Wav2Vec2ForCTC, not compiled.

    Raises:
        UserError: there is no model, or it is not one of ours.

    Example:
        >>> model = load_model("runs/small")
    """
    path = Path(path)
    if not path.exists():
        wanted = "give a run, a .keras file or a Hugging Face folder"
        raise UserError(f"no model '{path}': {wanted}{hub.hint(path)}")
    if path.is_file():
        return _load_keras(path)
    if (path / "config.yaml").is_file():
        return _load_keras(_newest_model(RunFolder(path)))
    if (path / "config.json").is_file():
        from keras_w2v2.interop import load_huggingface

        return load_huggingface(path)
    raise UserError(
        f"'{path}' holds no model: a run has config.yaml, a Hugging Face folder config.json"
    )


def _newest_model(run):
    from keras_w2v2.training.runs import checkpoints

    if run.finished:
        return run.model_file
    found = checkpoints.newest_whole(run.checkpoints, _log.warning)
    if found is None:
        raise UserError(f"run '{run.path}' has no model yet: let it train to a checkpoint first")
    updates, path = found
    _log.warning("run '%s' is not finished: its checkpoint of update %d is used", run.path, updates)
    return path


def _load_keras(path):
    import keras

    import keras_w2v2

    kinds = (keras_w2v2.Wav2Vec2ForPreTraining, keras_w2v2.Wav2Vec2ForCTC)
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        raise UserError(f"'{path}' is no .keras file, or is cut short")
    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:  # whatever a damaged zip, JSON or HDF5 file makes them raise
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise UserError(f"'{path}' cannot be read as a Keras model: {reason}") from error
    if not isinstance(model, kinds):
        raise UserError(f"'{path}' holds a {type(model).__name__}, no wav2vec 2.0 task model")
    return model


def _versions():
    today = datetime.date.today().isoformat()
    versions = [f"{name} {_version(name)}" for name in ("keras-w2v2", "keras", "tensorflow")]
    return f"# Written by the run on {today}: {', '.join(versions)}.\n"


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "of unknown version"


def _differences(there, here, path=""):
    """Lines such as "optimizer.peak_rate is 0.001 there, 0.0005 here"."""
    lines = []
    for key in dict.fromkeys([*there, *here]):
        name = f"{path}{key}"
        old, new = there.get(key), here.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            lines += _differences(old, new, f"{name}.")
        elif old != new:
            lines.append(f"{name} is {old} there, {new} here")
    return lines
