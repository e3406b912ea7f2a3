"""One checkpoint: a .keras file and, beside it, the record that vouches for it.

    step-00001000.keras   weights, optimizer, random states, in Keras' own format
    step-00001000.json    where the run stood, and the checksum of the .keras file

The record is there before the .keras file appears, so a .keras file without one is no checkpoint.
"""

import hashlib
import json
import os
import re
import shutil
import warnings
from dataclasses import asdict, dataclass, field

import keras

from keras_w2v2.data.shards import sha256
from keras_w2v2.errors import UserError
from keras_w2v2.interop import atomic
from keras_w2v2.training import schedules  # noqa: F401 - Keras finds them by name when it loads

FORMAT_VERSION = 1
_NAME = re.compile(r"step-(\d{8,})\.keras")


class Damaged(ValueError):  # noqa: N818 - a state of a file
    """A checkpoint that is not what was written."""


@dataclass(frozen=True)
class Record:
    """Where a run stood when a checkpoint was written.

    Attributes:
        updates: int, optimizer updates so far; temperatures and rates follow from it.
        batches: int, batches of data read so far.
        recipe: dict, the resolved configuration.
        figures: dict of split ("train", "dev") to the line of metrics.jsonl of this update.
        means: dict of metric to [float, float], total and count of its mean over the part of an
            epoch that is done; empty at the end of an epoch.
    """

    updates: int
    batches: int
    recipe: dict
    figures: dict = field(default_factory=dict)
    means: dict = field(default_factory=dict)


def updates_of(model):
    """Returns the number of optimizer updates that a compiled model has had (int)."""
    return int(keras.ops.convert_to_numpy(model.optimizer.iterations))


def listed(folder):
    """Returns (updates, path) of the checkpoints in a folder, oldest first."""
    if not folder.is_dir():
        return []
    found = [(_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    return sorted((int(match[1]), path) for match, path in found if match)


def save(model, folder, record):
    """Writes a checkpoint, whole or not at all; returns the path of its .keras file.

    Raises:
        UserError: the folder cannot be written or the disk is full.
    """
    path = folder / f"step-{record.updates:08d}.keras"
    with atomic.file(path) as partial:
        model.save(partial)
        _to_disk(partial)
        content = asdict(record) | {"bytes": partial.stat().st_size, "sha256": sha256(partial)}
        _write_record(path.with_suffix(".json"), content)
    return path


def read(path):
    """Returns the Record of a checkpoint whose file is as it was written.

    Args:
        path: path of the .keras file.

    Raises:
        Damaged: the checkpoint is not what was written; the text says why, in a few words.
        UserError: another version of this program wrote it.
    """
    content = _read_record(path.with_suffix(".json"))
    size, checksum = content.pop("bytes"), content.pop("sha256")
    if path.stat().st_size != size:
        raise Damaged(f"{path.stat().st_size} bytes instead of {size}")
    if sha256(path) != checksum:
        raise Damaged("its checksum differs from its record")
    record = Record(**content)
    if int(_NAME.fullmatch(path.name)[1]) != record.updates:
        raise Damaged(f"its record is of update {record.updates}")
    return record


def figures_of(path):
    """Returns the figures in a checkpoint's record (dict); empty when the record is damaged."""
    try:
        return _read_record(path.with_suffix(".json"))["figures"]
    except Damaged:
        return {}


def load(path):
    """Returns (compiled model, Record) of a checkpoint; raises what `read` raises."""
    record = read(path)
    with warnings.catch_warnings():
        # Keras only warns when a file lacks the optimizer's variables; the count below tells.
        warnings.filterwarnings("ignore", message="Skipping variable loading for optimizer")
        model = keras.saving.load_model(path)
    if updates_of(model) != record.updates:
        raise Damaged(f"its optimizer has had {updates_of(model)} updates")
    return model, record


def remove(path):
    """Removes a checkpoint."""
    path.unlink()
    path.with_suffix(".json").unlink(missing_ok=True)


def set_aside(path):
    """Renames a damaged checkpoint, so that no later one overwrites it; returns its new path."""
    for part in (path, path.with_suffix(".json")):
        if part.exists():
            part.replace(part.with_name(part.name + ".damaged"))
    return path.with_name(path.name + ".damaged")


def remove_unfinished(folder):
    """Removes what a killed process left half-written."""
    if not folder.is_dir():
        return
    for path in folder.glob(".step-*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob("step-*.json"):
        if not path.with_suffix(".keras").exists():
            path.unlink()


def _write_record(path, content):
    text = _canonical(content | {"format_version": FORMAT_VERSION})
    with atomic.file(path) as partial:
        partial.write_text(text + "\n" + _checksum(text) + "\n", encoding="utf-8")
        _to_disk(partial)


def _read_record(path):
    try:
        text, checksum = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise Damaged(f"its record {path.name} is missing or cut short") from None
    if _checksum(text) != checksum:
        raise Damaged(f"the checksum of its record {path.name} differs")
    content = json.loads(text)
    version = content.pop("format_version")
    if version != FORMAT_VERSION:
        raise UserError(
            f"checkpoint '{path}' has format version {version}, this program reads "
            f"{FORMAT_VERSION}: carry on with the keras-w2v2 that wrote it"
        )
    return content


def _canonical(content):
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def _checksum(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _to_disk(path):
    """Waits until a file is on the disk: a rename alone may outlive its content."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
