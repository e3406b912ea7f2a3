"""wav2vec 2.0 and its family for Keras and TensorFlow.

The public names load on first use, so that the command line's `--help` need not wait for
TensorFlow. The models register with Keras as soon as both are imported, in either order: then
`keras.models.load_model` finds them.
"""

import importlib
import sys

import wrapt

__version__ = "0.1.0"

_PUBLIC = {
    "UserError": "keras_w2v2.errors",
    "SAMPLE_RATE": "keras_w2v2.frames",
    "FrameArithmetic": "keras_w2v2.frames",
    "Wav2Vec2Backbone": "keras_w2v2.models.backbone",
    "Wav2Vec2ForPreTraining": "keras_w2v2.models.pretraining",
    "Wav2Vec2ForCTC": "keras_w2v2.models.ctc",
    "Vocabulary": "keras_w2v2.text",
    "TextNormalizer": "keras_w2v2.text",
}

_MODULES = ("presets",)

__all__ = sorted([*_PUBLIC, *_MODULES])


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"keras_w2v2.{name}")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'keras_w2v2' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__():
    return [*globals(), *__all__]


@wrapt.when_imported("keras")
def _register(_):
    # One of our own modules may be what imports Keras, as yet without its classes.
    own = (m for name, m in list(sys.modules.items()) if name.startswith("keras_w2v2."))
    if not any(getattr(module.__spec__, "_initializing", False) for module in own):
        importlib.import_module("keras_w2v2.models")
