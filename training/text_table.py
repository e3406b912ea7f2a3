"""Tables in plain text: readable on a terminal, in a log and after `| grep`."""


def aligned(header, rows):
    """Returns the rows below their header in columns, numbers to the right (str).

    Args:
        header: list of str.
        rows: list of lists of str or numbers.

    Example:
        >>> print(aligned(["file", "MB"], [["a.tflite", 11.25], ["b.tflite", 3]]))
        file         MB
        --------  -----
        a.tflite  11.25
        b.tflite      3
    """
    cells = [[_text(value) for value in row] for row in rows]
    right = [
        bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        for i in range(len(header))
    ]
    widths = [max(len(row[i]) for row in [header, *cells]) for i in range(len(header))]
    lines = [header, ["-" * width for width in widths], *cells]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _text(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)
