"""Vocabularies and text normalisation."""

import importlib

_PUBLIC = {
    "Vocabulary": "keras_w2v2.text.vocabulary",
    "TextNormalizer": "keras_w2v2.text.normalizer",
    "label_encoder": "keras_w2v2.text.labels",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'keras_w2v2.text' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__():
    return [*globals(), *__all__]
