"""Starts TensorFlow without its chatter, so that stderr holds what concerns the user."""

import contextlib
import logging
import os
import sys
import tempfile
import warnings


def tensorflow():
    """Imports TensorFlow and Keras (seconds); whatever they print at import is swallowed.

    Call it before the first import of anything that needs them.
    """
    # The library and its trainers are TensorFlow; a user's keras.json may say otherwise.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR)
    with native_chatter_hidden():
        import keras  # noqa: F401
        import tensorflow as tf
    tf.get_logger().setLevel("ERROR")
    with contextlib.suppress(ImportError):
        from absl import logging as absl_logging

        absl_logging.set_verbosity(absl_logging.ERROR)


@contextlib.contextmanager
def native_chatter_hidden():
    """Holds back what C++ code writes to stderr; lets it through if the body fails."""
    try:
        stderr = os.dup(2)
    except OSError:  # no stderr at all, as under some service managers
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            held.seek(0)
            os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
