"""Weights from and to Hugging Face transformers, and from fairseq."""

import importlib

_PUBLIC = {
    "load_huggingface": "keras_w2v2.interop.huggingface",
    "save_huggingface": "keras_w2v2.interop.huggingface",
    "load_fairseq": "keras_w2v2.interop.fairseq",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'keras_w2v2.interop' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
