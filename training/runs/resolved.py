"""The resolved configuration: everything that a run is made from, nothing left to a default."""

import functools
import inspect
from pathlib import Path

from keras_w2v2.data import shards
from keras_w2v2.training.configuration.schema import TASKS, FinetuneConfig, PretrainConfig


def resolved(config, model, **inputs):
    """Returns the configuration with every field of the model filled in (dict).

    Args:
        config: PretrainConfig or FinetuneConfig.
        model: the task model made from it.
        **inputs: what the run is made from: data, dev, noise, init; paths, lists of them, or
            None. The checksums of the shards go in too, so that a run does not carry on with
            others.
    """
    values = config.model_dump(mode="json")
    settings = model.backbone.get_config() | model.get_config()
    for name in values["model"]:
        if name in settings:
            value = settings[name]
            values["model"][name] = list(value) if isinstance(value, tuple) else value
    values["inputs"] = {
        name: _absolute([value] if name != "init" and isinstance(value, str | Path) else value)
        for name, value in inputs.items()
    }
    values["inputs"]["checksums"] = {
        str(index.folder.absolute()): index.checksum()
        for folders in (inputs["data"], inputs.get("dev"), inputs.get("noise"))
        if folders is not None
        for index in shards.load_all(folders)
    }
    first = ("task", "model", "data", "optimizer")
    return {name: values.pop(name) for name in first} | values


def decisive(values):
    """Returns a resolved configuration without what changes no weight (dict).

    A run that the guard stopped may carry on with another guard, and any run on other devices.
    Keys that a run of an older version did not know are filled in: a new key's default is what
    was done before it.
    """
    known = _defaults(values["task"]) if values.get("task") in TASKS else {}
    whole = _filled_in(values, known)
    return {name: value for name, value in whole.items() if name not in ("guard", "strategy")}


def _filled_in(values, defaults):
    inner = {
        name: _filled_in(value, defaults[name])
        for name, value in values.items()
        if isinstance(value, dict) and isinstance(defaults.get(name), dict)
    }
    missing = {name: value for name, value in defaults.items() if name not in values}
    return values | inner | missing


@functools.cache
def _defaults(task):
    """Returns every key of a task with its default; where the schema has none, the model's own."""
    from keras_w2v2.models import Wav2Vec2Backbone, Wav2Vec2ForCTC, Wav2Vec2ForPreTraining

    config, model = {
        "pretrain": (PretrainConfig, Wav2Vec2ForPreTraining),
        "finetune": (FinetuneConfig, Wav2Vec2ForCTC),
    }[task]
    values = config().model_dump(mode="json")
    fields = values["model"]
    for kind in (Wav2Vec2Backbone, model):
        for name, parameter in inspect.signature(kind).parameters.items():
            unset = name in fields and fields[name] is None
            if unset and parameter.default is not parameter.empty:
                fields[name] = parameter.default
    return values


def terms(config, **inputs):
    """Returns what workers must agree on before they train together (dict of str to JSON values).

    Args:
        config: PretrainConfig or FinetuneConfig.
        **inputs: as for `resolved`; the folders may be called otherwise on another machine, so
            their checksums count.
    """
    import keras
    import tensorflow as tf

    import keras_w2v2

    modules = {"keras-w2v2": keras_w2v2, "tensorflow": tf, "keras": keras}
    versions = {name: module.__version__ for name, module in modules.items()}
    content = {
        name: [index.checksum()[:12] for index in shards.load_all(folders)]
        for name, folders in inputs.items()
        if name != "init" and folders is not None
    }
    own = config.model_dump(mode="json", exclude={"inputs"})
    return _flat(own) | versions | content | {"init": inputs.get("init") is not None}


def _flat(values, path=""):
    flat = {}
    for name, value in values.items():
        inner = isinstance(value, dict)
        flat |= _flat(value, f"{path}{name}.") if inner else {f"{path}{name}": value}
    return flat


def _absolute(value):
    if value is None:
        return None
    if isinstance(value, str | Path):
        return str(Path(value).absolute())
    return [_absolute(item) for item in value]
