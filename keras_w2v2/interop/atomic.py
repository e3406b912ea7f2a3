"""Files and folders that appear whole or not at all."""

import contextlib
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from keras_w2v2 import interrupts
from keras_w2v2.errors import UserError

_open_places = set()


@contextlib.contextmanager
def file(path):
    """Yields a temporary path beside `path`; a clean exit renames it to `path`.

    Args:
        path: str or path, the file to write; replaced when it exists.

    Raises:
        UserError: when the place cannot be written or the disk is full.

    Example:
        >>> with atomic.file("model.tflite") as partial:
        ...     partial.write_bytes(content)
    """
    path = Path(os.path.abspath(path))
    if path.is_dir():
        raise UserError(f"'{path}' is a folder: name a file to write")
    with _place_for(path) as beside:
        partial = beside / path.name
        yield partial
        interrupts.check()
        partial.replace(path)


@contextlib.contextmanager
def folder(path, marker):
    """Yields a temporary empty folder beside `path`; a clean exit renames it to `path`.

    Args:
        path: str or path, the folder to write.
        marker: str, a file that every folder of this kind holds. An existing folder is replaced
            only when it holds that file, so that a slip in a path never deletes other work.

    Raises:
        UserError: when `path` holds something else, cannot be written, or the disk is full.
    """
    path = Path(os.path.abspath(path))  # gives "." and "x/.." a name
    other = path.exists() and not (path / marker).exists()
    if other and (not path.is_dir() or any(path.iterdir())):
        raise UserError(
            f"'{path}' exists and holds no {marker}: name a new folder or remove it first"
        )
    with _place_for(path) as beside:
        partial = beside / path.name
        partial.mkdir()
        yield partial
        interrupts.check()
        if path.exists():
            path.replace(beside / "replaced")
        partial.replace(path)


@contextlib.contextmanager
def _place_for(path):
    """Yields a hidden scratch folder beside `path`, removed at the end whatever happens."""
    beside = path.parent / f".{path.name}.partial-{secrets.token_hex(4)}"
    _open_places.add(beside)  # before it exists: Ctrl-C may come right after
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A private folder; what is renamed out of it has its own, ordinary mode.
        beside.mkdir(mode=0o700)
        yield beside
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise UserError(f"cannot write '{path}': {reason}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        _open_places.discard(beside)


@contextlib.contextmanager
def scratch():
    """Yields a folder of the system's temporary ones, removed at the end whatever happens."""
    made = Path(tempfile.gettempdir(), f"keras-w2v2-{secrets.token_hex(8)}")
    _open_places.add(made)
    try:
        made.mkdir(mode=0o700)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        _open_places.discard(made)


def remove_unfinished():
    """Removes all that is half-written or scratch, for a process that ends in the middle."""
    for beside in tuple(_open_places):
        shutil.rmtree(beside, ignore_errors=True)
