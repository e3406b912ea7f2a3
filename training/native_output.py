"""Keeps what C++ libraries write to stderr from the user's screen."""

import contextlib
import os
import sys
import tempfile

from keras_w2v2 import interrupts
from keras_w2v2.errors import UserError


@contextlib.contextmanager
def hidden():
    """Holds back what native code writes to stderr; lets it through if the body fails.

    TensorFlow, XLA and TFLite log to file descriptor 2 by themselves. Python's own stderr (errors,
    progress, warnings) is shown as ever.

    Example:
        >>> with hidden():
        ...     import tensorflow
    """
    try:
        shown = os.dup(2)
    except OSError:  # no stderr at all, as under some service managers
        yield
        return
    with tempfile.TemporaryFile() as held, _python_on(shown):
        os.dup2(held.fileno(), 2)
        try:
            yield
        except UserError:  # says in its one line all that there is to say
            raise
        except Exception:
            if not interrupts.seen():  # else it tells of the Ctrl-C that broke it
                held.seek(0)
                os.write(shown, held.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)


@contextlib.contextmanager
def _python_on(descriptor):
    """Lets Python write to `descriptor`, where its stderr is file descriptor 2."""
    before = sys.stderr
    try:
        is_native = before.fileno() == 2
    except (AttributeError, OSError, ValueError):  # a test's or a notebook's own stream
        is_native = False
    if not is_native:
        yield
        return
    before.flush()
    sys.stderr = os.fdopen(os.dup(descriptor), "w", buffering=1, encoding=before.encoding)
    try:
        yield
    finally:
        sys.stderr.close()
        sys.stderr = before
