"""Tensors of a Hugging Face folder, read one at a time so that a model is in memory once."""

import json
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError

_SINGLE, _SHARDED, _PICKLED = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
)


class Tensors:
    """The named tensors of a folder.

    Args:
        folder: str or path; holds model.safetensors, a sharded set with its index, or
            pytorch_model.bin (which needs torch).

    Raises:
        UserError: when there is none, or it cannot be read.
    """

    def __init__(self, folder):
        folder = Path(folder)
        self.pickled = None
        if (folder / _SINGLE).is_file():
            self.source = folder / _SINGLE
            self.files = dict.fromkeys(_open(self.source).keys(), self.source)
        elif (folder / _SHARDED).is_file():
            self.source = folder / _SHARDED
            self.files = {k: folder / v for k, v in _weight_map(self.source).items()}
        elif (folder / _PICKLED).is_file():
            self.source = folder / _PICKLED
            self.pickled = _load_pickled(self.source)
            self.files = dict.fromkeys(self.pickled, self.source)
        else:
            raise UserError(
                f"no weights in '{folder}': expected {_SINGLE}, {_SHARDED} or {_PICKLED}"
            )
        self._opened = {}

    def names(self):
        """Returns the set of tensor names."""
        return set(self.files)

    def read(self, name):
        """Returns one tensor as float32 numpy."""
        if self.pickled is not None:
            return self.pickled[name].float().numpy()
        file = self.files[name]
        if file not in self._opened:
            self._opened[file] = _open(file)
        try:
            tensor = self._opened[file].get_tensor(name)
        except Exception as error:
            raise UserError(f"cannot read tensor '{name}' of '{file}': {_line(error)}") from error
        return np.asarray(tensor, "float32")


def read_json(path):
    """Returns the content of a JSON file that must be an object (dict).

    Raises:
        UserError: when the file is missing or is not a JSON object.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"no {path.name} in '{path.parent}'") from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UserError(f"cannot read '{path}' as JSON: {_line(error)}") from error
    if not isinstance(content, dict):
        raise UserError(f"'{path}' must hold a JSON object, not a {type(content).__name__}")
    return content


def _weight_map(path):
    names = read_json(path).get("weight_map")
    if not isinstance(names, dict) or not all(isinstance(v, str) for v in names.values()):
        raise UserError(f"'{path}' must hold a weight_map of tensor names to files")
    return names


def _open(path):
    import ml_dtypes  # noqa: F401  teaches numpy the name bfloat16
    from safetensors import safe_open

    try:
        return safe_open(path, framework="numpy")
    except Exception as error:  # SafetensorError, OSError: both mean an unreadable file
        raise UserError(f"cannot read '{path}': {_line(error)}") from error


def _load_pickled(path):
    try:
        import torch
    except ImportError as error:
        raise UserError(
            f"'{path}' is a PyTorch pickle: install torch (pip install 'keras-w2v2[fairseq]') "
            f"or give a folder with {_SINGLE}"
        ) from error
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise UserError(f"cannot read '{path}': {_line(error)}") from error


def _line(error):
    return " ".join(str(error).split())[:200]
