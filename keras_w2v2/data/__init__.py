"""Audio files, manifests, shards and the input pipeline."""

import importlib

_MODULES = (
    *("audio", "augmentation", "buckets", "cutting", "manifests", "mixing", "pipeline", "plans"),
    *("records", "shards"),
)
_PUBLIC = {
    "Augmentation": "keras_w2v2.data.augmentation",
    "Clip": "keras_w2v2.data.records",
    "ShardIndex": "keras_w2v2.data.shards",
    "clips": "keras_w2v2.data.pipeline",
    "ctc_batches": "keras_w2v2.data.pipeline",
    "pretraining_batches": "keras_w2v2.data.pipeline",
}

__all__ = sorted([*_MODULES, *_PUBLIC])


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"keras_w2v2.data.{name}")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'keras_w2v2.data' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__():
    return [*globals(), *__all__]
