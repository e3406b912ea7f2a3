"""One process at a time trains in a run folder, which is there from when it is held."""

import contextlib
import os

from keras_w2v2.errors import UserError


@contextlib.contextmanager
def held(folder):
    """Makes a folder if need be and holds it; one that is still empty in the end goes again.

    Args:
        folder: path.

    Raises:
        UserError: another process holds it.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # the first that is not empty
                for path in made:
                    path.rmdir()


@contextlib.contextmanager
def locked(folder):
    """Holds a run folder; the lock goes with the process, however it ends.

    Args:
        folder: path of an existing folder.

    Raises:
        UserError: another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"another process is training in '{folder}': wait for it to end, or give another "
                "--out"
            ) from None
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(descriptor)
