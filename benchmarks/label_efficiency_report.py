"""Means, error bars, table and picture of `benchmarks.label_efficiency`."""

import statistics

from benchmarks import report
from keras_w2v2.training.reports import curve_pictures

ARMS = {"scratch": "from random weights", "pretrained": "from the pre-training"}


def summary(results):
    """Returns a row for each amount of labels, in the order of their first result.

    Args:
        results: list of dict with "arm", "minutes", "seed", "character_error_rate",
            "word_error_rate".

    Returns:
        list of dict: "minutes"; for each arm "<arm>", "<arm>_deviation", "<arm>_words" (mean and
        sample standard deviation of the character error rates over seeds, mean of the word error
        rates) and "<arm>_seeds"; "reduction" of the character errors, relative to random weights,
        where both arms have the same seeds.
    """
    rows = []
    for minutes in dict.fromkeys(result["minutes"] for result in results):
        row, seeds = {"minutes": minutes}, {}
        for arm in ARMS:
            ours = [r for r in results if (r["arm"], r["minutes"]) == (arm, minutes)]
            seeds[arm] = sorted(r["seed"] for r in ours)
            if not ours:
                continue
            rates = [r["character_error_rate"] for r in ours]
            row[arm] = statistics.mean(rates)
            row[f"{arm}_deviation"] = statistics.stdev(rates) if len(rates) > 1 else None
            row[f"{arm}_words"] = statistics.mean(r["word_error_rate"] for r in ours)
            row[f"{arm}_seeds"] = len(ours)
        if seeds["scratch"] and seeds["scratch"] == seeds["pretrained"]:
            row["reduction"] = 1 - row["pretrained"] / row["scratch"]
        rows.append(row)
    return rows


def write(results, folder):
    """Writes table.md and label_efficiency.png into a folder."""
    rows = summary(results)
    (folder / "table.md").write_text(table(rows), encoding="utf-8")
    (folder / "label_efficiency.png").write_bytes(picture(results))


def table(rows):
    """Returns the rows of `summary` as Markdown (str)."""
    heads = ["labels, min", *ARMS.values(), "fewer character errors", "seeds"]
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    for row in rows:
        reduction = f"{row['reduction']:.0%}" if "reduction" in row else ""
        seeds = "/".join(str(row.get(f"{arm}_seeds", 0)) for arm in ARMS)
        cells = [str(row["minutes"]), *(_rate(row, arm) for arm in ARMS), reduction, seeds]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def show(results):
    """Prints the summary."""
    columns = [("labels, min", "minutes", "")]
    for arm, title in ARMS.items():
        columns += [(title, arm, ".1%"), ("+-", f"{arm}_deviation", ".1%")]
        columns += [("words", f"{arm}_words", ".1%")]
    columns.append(("fewer character errors", "reduction", ".0%"))
    report.show("Character errors on unseen speakers", summary(results), columns)


def picture(results):
    """Draws the character errors over the minutes of labels.

    Args:
        results: list of dict as for `summary`, with "label_minutes" too.

    Returns:
        PNG bytes: a line of means with the standard deviation as bars, a dot for each seed.
    """
    figure, axes = curve_pictures.new_figure(3.2)
    for (arm, title), colour in zip(ARMS.items(), ("#d9772b", "#2f6fb2"), strict=True):
        ours = [r for r in results if r["arm"] == arm]
        axes.plot(
            [r["label_minutes"] for r in ours],
            [r["character_error_rate"] for r in ours],
            "o",
            color=colour,
            markersize=3,
            alpha=0.5,
        )
        rows = sorted(summary(ours), key=lambda row: _minutes(ours, row["minutes"]))
        axes.errorbar(
            [_minutes(ours, row["minutes"]) for row in rows],
            [row[arm] for row in rows],
            [row[f"{arm}_deviation"] or 0.0 for row in rows],
            color=colour,
            linewidth=1.8,
            capsize=4,
            label=title,
        )
    amounts = sorted({_minutes(results, r["minutes"]) for r in results})
    axes.set_xscale("log")
    axes.set_xticks(amounts, [f"{minutes:.2g}" for minutes in amounts])
    axes.minorticks_off()
    axes.set_xlabel("minutes of labels")
    axes.set_ylabel("character errors")
    axes.set_ylim(0, 1.05)
    axes.grid(color=curve_pictures.FAINT, linewidth=0.6)
    axes.legend(frameon=False, fontsize=9)
    return curve_pictures.png(figure)


def _minutes(results, amount):
    return statistics.mean(r["label_minutes"] for r in results if r["minutes"] == amount)


def _rate(row, arm):
    if arm not in row:
        return ""
    deviation = row[f"{arm}_deviation"]
    return f"{row[arm]:.1%}" + ("" if deviation is None else f" ± {100 * deviation:.1f}")
