"""Prints measurements as a table and writes them as JSON."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table


def show(title, rows, columns):
    """Prints a table with a row for each contender.

    Args:
        title: str.
        rows: list of dict.
        columns: list of (heading, key, format), such as ("seconds", "seconds", ".3f").
    """
    table = Table(title=title)
    for i, (heading, _, _) in enumerate(columns):
        table.add_column(heading, justify="left" if i == 0 else "right")
    for row in rows:
        cells = [_cell(row.get(key), form) for _, key, form in columns]
        if "error" in row:
            cells[2] = f"failed: {row['error'][:60]}"
        table.add_row(*cells)
    Console(width=None if Console().is_terminal else 120).print(table)


def write(path, measurements):
    """Writes a dict of measurements as JSON; an older file at the path is replaced."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(measurements, indent=1) + "\n", encoding="utf-8")
    Console().print(f"wrote {path}")


def with_ratios(rows, reference):
    """Adds "ratio": seconds relative to the reference contender at the same thread count."""
    base = {r["threads"]: r["seconds"] for r in rows if r["name"] == reference and "seconds" in r}
    for row in rows:
        if "seconds" in row and row["threads"] in base:
            row["ratio"] = row["seconds"] / base[row["threads"]]
    return rows


def _cell(value, form):
    return "" if value is None else format(value, form)
