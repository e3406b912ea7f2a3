"""Starts TensorFlow without its chatter, so that stderr holds what concerns the user."""

import contextlib
import logging
import os
import sys
import warnings

from keras_w2v2.training import memory, native_output


def for_training():
    """As `tensorflow`, for a command that trains."""
    memory.keep_between_updates()
    tensorflow()


def tensorflow():
    """Imports TensorFlow and Keras (seconds); whatever they print at import is swallowed.

    Call it before the first import of anything that needs them.
    """
    quiet()
    with native_output.hidden():
        import keras  # noqa: F401
        import tensorflow as tf
    tf.get_logger().setLevel("ERROR")
    with contextlib.suppress(ImportError):
        from absl import logging as absl_logging

        absl_logging.set_verbosity(absl_logging.ERROR)


def for_reading(model):
    """As `tensorflow`, for a command that reads with `model` (path): not all kinds need it."""
    from keras_w2v2.export import runner

    if model.suffix in runner.FILES:
        quiet()
    else:
        tensorflow()


def quiet():
    """Keeps the chatter of libraries away, for this process and those that it starts."""
    # The library and its trainers are TensorFlow; a user's keras.json may say otherwise.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR)
    _show_own_warnings()


def _show_own_warnings():
    """What this project warns of reaches the user as a line; others' warnings do not."""
    log = logging.getLogger("keras_w2v2")
    if not log.handlers:
        handler = logging.Handler(logging.WARNING)
        handler.emit = lambda record: print(f"warning: {record.getMessage()}", file=sys.stderr)
        log.addHandler(handler)
        log.propagate = False
        log.setLevel(logging.WARNING)  # not the root's, which silences the others
    if not sys.warnoptions:
        warnings.filterwarnings("always", module=r"keras_w2v2\.")
        warnings.showwarning = lambda message, *_, **__: log.warning("%s", message)
