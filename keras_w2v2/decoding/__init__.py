"""Logits to text."""

import importlib

_MODULES = ("greedy",)
_PUBLIC = {"Transcript": "keras_w2v2.decoding.greedy", "Word": "keras_w2v2.decoding.greedy"}

__all__ = sorted([*_MODULES, *_PUBLIC])


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"keras_w2v2.decoding.{name}")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'keras_w2v2.decoding' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__():
    return [*globals(), *__all__]
