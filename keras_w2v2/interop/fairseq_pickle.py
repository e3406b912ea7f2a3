"""Reads a fairseq checkpoint without running any code that it may carry.

fairseq pickles its configuration as argparse or omegaconf objects beside the tensors. A plain
torch.load would need those packages and would execute whatever the file says.
"""

import argparse
import pickle
from pathlib import Path

from keras_w2v2.errors import UserError

# What a checkpoint may build; anything else becomes an inert Record.
_ALLOWED = {
    ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_tensor"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch", "device"),
    ("torch", "Size"),
}
_ALLOWED |= {
    ("torch", f"{kind}Storage")
    for kind in ("Float", "Half", "BFloat16", "Double", "Long", "Int", "Bool", "Byte", "Short")
}


class Record:
    """Stands in for an object of a class that is not loaded; keeps its state as attributes."""

    def __init__(self, *args, **kwargs):
        self.args = args

    def __setstate__(self, state):
        self.__dict__.update(state if isinstance(state, dict) else {"state": state})

    def __setitem__(self, key, value):
        self.__dict__.setdefault("items", {})[key] = value

    def append(self, value):
        self.__dict__.setdefault("values", []).append(value)


class _SafeUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        if (module, name) == ("argparse", "Namespace"):
            return argparse.Namespace
        # A subclass of its own, so that pickle's class-level operations cannot reach Record.
        return type(name, (Record,), {})


class _SafePickle:
    """The part of the pickle module that torch.load asks for."""

    __name__ = "keras_w2v2.interop.fairseq_pickle"
    Unpickler = _SafeUnpickler

    @staticmethod
    def load(file, **kwargs):
        return _SafeUnpickler(file, **kwargs).load()


def read_checkpoint(file):
    """Returns a checkpoint as a dict of plain Python values and torch tensors.

    Args:
        file: str or path of a .pt file with "model" and either "cfg" or "args".

    Raises:
        UserError: when torch is missing, or the file is missing, unreadable or something else.
    """
    file = Path(file)
    if not file.is_file():
        raise UserError(f"no file '{file}': give a fairseq checkpoint (.pt)")
    try:
        import torch
    except ImportError as error:
        raise UserError(
            f"'{file}' is a PyTorch file: install torch to read it "
            "(pip install 'keras-w2v2[fairseq]')"
        ) from error
    try:
        content = torch.load(
            file, map_location="cpu", weights_only=False, pickle_module=_SafePickle
        )
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"cannot read '{file}' as a PyTorch checkpoint: {reason}") from error
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict):
        raise UserError(f"'{file}' is not a fairseq checkpoint: it holds no 'model'")
    settings = {key: plain(content.get(key)) for key in ("cfg", "args")}
    if not any(isinstance(value, dict) for value in settings.values()):
        raise UserError(f"'{file}' holds neither 'cfg' nor 'args': its architecture is unknown")
    return {"model": content["model"], **settings}


def plain(value):
    """Returns nested namespaces, omegaconf nodes and enumerations as dicts, lists and values."""
    if isinstance(value, argparse.Namespace):
        value = vars(value)
    if isinstance(value, Record):
        state = vars(value)
        if "_content" in state:  # omegaconf's containers
            return plain(state["_content"])
        if "_val" in state:  # omegaconf's leaves
            return plain(state["_val"])
        return plain(value.args[0]) if value.args else None  # enumerations
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
