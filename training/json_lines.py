"""metrics.jsonl and its kind: a JSON object a line, which may end in the middle of one."""

import functools
import json
import logging

_log = logging.getLogger(__name__)


def read(path):
    """Returns the objects of a file, each with its "updates"; without a file there are none.

    A line that was cut or damaged is left out, and the log says so. The last line may be one that
    is being written this moment: of that nothing is said.

    Args:
        path: Path.

    Returns:
        list of dict.

    Example:
        >>> [row["updates"] for row in read(Path("runs/small/metrics.jsonl"))]
    """
    if not path.is_file():
        return []
    # Not splitlines(): the name of a clip may hold a line separator, which JSON leaves as it is.
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    rows = [_row(line) for line in lines]
    for number, (line, row) in enumerate(zip(lines[:-1], rows[:-1], strict=True), start=1):
        if row is None and line:
            _warn_once(f"'{path}': line {number} is damaged and is left out")
    return [row for row in rows if row is not None]


def _row(line):
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and isinstance(row.get("updates"), int) else None


@functools.cache
def _warn_once(text):
    _log.warning("%s", text)
