"""What the command line says when a command fails: one line, and an exit code.

0 done, 2 a mistake that the user can mend or Ctrl-C, 3 an exported model that does not pass the
gate, 4 a training run that the collapse guard ended. Anything else is a bug of ours and keeps its
traceback.
"""

import os
import shutil
import sys
from pathlib import Path

from keras_w2v2.errors import UnhealthyRunError, UserError, full_disk

NOT_DONE = 2
UNHEALTHY = 4

_CARRIES_ON = "the same command carries on where it stopped"
_STARTS_AGAIN = "nothing half-written is left; the same command starts again"

_WHEN_INTERRUPTED = {
    "demo": "finished stages are kept; " + _CARRIES_ON,
    "pretrain": _CARRIES_ON,
    "finetune": _CARRIES_ON,
    "prepare": _STARTS_AGAIN,
    "export": _STARTS_AGAIN,
    "convert": _STARTS_AGAIN,
}


def report(error, verb, folder=None, interrupted=False):
    """Prints one line about `error` on stderr.

    Args:
        error: exception that ended the command.
        verb: str, the command's name.
        folder: path that the command writes to, or None.
        interrupted: bool, whether Ctrl-C was typed, whatever became of it.

    Returns:
        int, the exit code; None when `error` is none of the user's doing.
    """
    if interrupted or isinstance(error, KeyboardInterrupt):
        advice = _WHEN_INTERRUPTED.get(verb)
        own = str(error) if isinstance(error, KeyboardInterrupt) else ""
        _say(own or "interrupted" + (f": {advice}" if advice else ""))
        return NOT_DONE
    line = _line(error, folder)
    if line is None:
        return None
    _say(f"error: {line}")
    return UNHEALTHY if isinstance(error, UnhealthyRunError) else NOT_DONE


def _say(line):
    print(" ".join(line.split()), file=sys.stderr, flush=True)


def _line(error, folder):
    if isinstance(error, UserError):
        return str(error)
    full = full_disk(error)
    if full is not None:
        return _full_disk(full, folder)
    if isinstance(error, MemoryError) or _is_out_of_memory(error):
        return "out of memory: take smaller batches (--set data.batch_seconds=…) or a smaller model"
    if isinstance(error, OSError):
        return _file_trouble(error)
    return None


def _full_disk(error, folder):
    place = Path(getattr(error, "filename", None) or folder or ".")
    existing = next((p for p in [place, *place.absolute().parents] if p.is_dir()), Path("."))
    try:
        free = f", {shutil.disk_usage(existing).free / 1e6:.0f} MB free"
    except OSError:
        free = ""
    return f"the disk is full at '{place}'{free}: make room, then give the same command again"


def _is_out_of_memory(error):
    named = type(error).__name__ == "ResourceExhaustedError"
    return named or "out of memory" in str(error).lower()


def _file_trouble(error):
    if error.errno is None:
        return None
    path = f" '{error.filename}'" if error.filename is not None else ""
    if isinstance(error, FileNotFoundError):
        return f"there is no file or folder{path}"
    if isinstance(error, PermissionError):
        return f"no permission for{path or ' that'}: check its owner and mode"
    if isinstance(error, FileExistsError):
        return f"{path.strip()} exists already: remove it or name another"
    return f"{os.strerror(error.errno).lower()}:{path}" if path else None
