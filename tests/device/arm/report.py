"""What each bundle said on each core, for people: a table, then what they should look at."""

import numpy as np

from keras_w2v2.training.text_table import aligned

HEADER = ["core", "file", "clips", "relative error", "limit", "frames that differ"]
HEADER += ["same text", "verdict"]


def table(groups):
    """Returns the table (str).

    Args:
        groups: dict of (core, file) -> list of (case, comparison.Finding).
    """
    return aligned(HEADER, [_row(*key, group) for key, group in groups.items()])


def remarks(groups):
    """Returns a line for each failure and each frame with another best token (list of str)."""
    lines = []
    for (core, name), group in groups.items():
        for case, finding in group:
            where = f"{core} {name} {case['wav']} {case['signature']}"
            lines += [f"FAIL {where}: {failure}" for failure in finding.failures]
            lines += [
                f"note {where}: frame {one.frame} has another best token: margin {one.margin:.2e}, "
                f"error {one.error:.2e}"
                for one in finding.changed
            ]
            if finding.text != case["text"] and not finding.failures:
                lines.append(f"note {where}: text {finding.text!r} instead of {case['text']!r}")
    return lines


def _row(core, name, group):
    findings = [finding for _, finding in group]
    same = sum(finding.text == case["text"] for case, finding in group)
    changed = sum(len(finding.changed) for finding in findings)
    return [
        core,
        name,
        len(group),
        f"{np.max([finding.relative_error for finding in findings]):.1e}",
        f"{max(finding.limit for finding in findings):.0e}",
        f"{changed} of {sum(finding.frames for finding in findings)}",
        f"{same} of {len(group)}",
        "FAIL" if any(finding.failures for finding in findings) else "pass",
    ]
