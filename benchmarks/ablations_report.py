"""Means, error bars, table and picture of `benchmarks.ablations`."""

import statistics
from collections import Counter

from benchmarks import report
from keras_w2v2.training.reports import curve_pictures

RANDOM = "random"
TITLES = {
    RANDOM: "random weights, not trained",
    "published": "as published",
    "no_diversity": "no diversity loss",
    "no_mask": "no mask",
    "continuous": "continuous targets",
    "cross_utterance": "distractors of other clips",
}
FIGURES = {
    "contrastive_loss": ("contrastive loss", ".2f"),
    "accuracy": ("accuracy", ".3f"),
    "code_perplexity": ("code perplexity", ".0f"),
    "best_1": ("1 min, best layer", ".1%"),
    "last_1": ("1 min, last", ".1%"),
    "best_3": ("3 min, best layer", ".1%"),
    "last_3": ("3 min, last", ".1%"),
}


def figures(result):
    """Returns what one run is measured by (dict of float): the keys of `FIGURES` that it has.

    The best layer is the one whose probe errs least on the dev clips: the same favour to every arm.
    """
    found = {name: result[name] for name in FIGURES if name in result}
    for minutes, rates in result["wrong_digits"].items():
        found |= {f"best_{minutes}": min(rates), f"last_{minutes}": rates[-1]}
    return found


def summary(results):
    """Returns a row for each arm, in the order of `TITLES`.

    Args:
        results: list of dict, as `benchmarks.ablations` writes them.

    Returns:
        list of dict: "arm", "title", "seeds" (their number), "guard" (str, what it said, of how
        many runs) and, for each name in `FIGURES` that the arm has, its mean and as
        "<name>_deviation" the sample standard deviation over seeds, None with one seed.
    """
    rows = []
    for arm, title in TITLES.items():
        ours = [result for result in results if result["arm"] == arm]
        if not ours:
            continue
        guard = "" if arm == RANDOM else _guard(ours)
        row = {"arm": arm, "title": title, "seeds": len(ours), "guard": guard}
        measured = [figures(result) for result in ours]
        for name in measured[0]:
            values = [each[name] for each in measured]
            row[name] = statistics.mean(values)
            row[f"{name}_deviation"] = statistics.stdev(values) if len(values) > 1 else None
        rows.append(row)
    return rows


def write(results, folder):
    """Writes table.md and ablations.png into a folder."""
    (folder / "table.md").write_text(table(summary(results)), encoding="utf-8")
    (folder / "ablations.png").write_bytes(picture(results))


def table(rows):
    """Returns the rows of `summary` as Markdown (str)."""
    heads = ["", *(head for head, _ in FIGURES.values()), "guard", "seeds"]
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    for row in rows:
        cells = [row["title"], *(_cell(row, name, form) for name, (_, form) in FIGURES.items())]
        lines.append("| " + " | ".join([*cells, row["guard"], str(row["seeds"])]) + " |")
    return "\n".join(lines) + "\n"


def show(results):
    """Prints the summary."""
    columns = [("arm", "title", "")]
    columns += [(head, name, form) for name, (head, form) in FIGURES.items()]
    report.show("Pre-training with one thing changed", summary(results), columns)


def picture(results):
    """Draws each arm's wrong digits with a minute of labels: PNG bytes.

    A dot for each seed and, for the best and the last layer, the mean with the standard deviation.
    """
    rows = summary(results)
    figure, axes = curve_pictures.new_figure(0.9 + 0.45 * len(rows))
    for place, row in enumerate(rows):
        for kind, shift, colour in (("best_1", -0.13, 0), ("last_1", 0.13, 1)):
            colour = curve_pictures.COLOURS[colour]
            ours = [figures(r)[kind] for r in results if r["arm"] == row["arm"]]
            axes.plot(ours, [place + shift] * len(ours), "o", color=colour, markersize=3, alpha=0.5)
            label = FIGURES[kind][0] if place == 0 else None
            bar, mean = row[f"{kind}_deviation"] or 0.0, row[kind]
            axes.errorbar(mean, place + shift, xerr=bar, fmt="|", color=colour, label=label)
    axes.set_yticks(range(len(rows)), [row["title"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlabel("share of digits read wrongly")
    axes.grid(color=curve_pictures.FAINT, linewidth=0.6, axis="x")
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return curve_pictures.png(figure)


def _guard(ours):
    """What the guard found, without the updates, the most frequent first, each with its runs."""
    names = Counter(
        name
        for result in ours
        for name in {finding.partition(" at ")[0] for finding in result.get("findings", ())}
    )
    found = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} ({runs} of {len(ours)})" for name, runs in found) or "silent"


def _cell(row, name, form):
    if name not in row:
        return ""
    deviation = row[f"{name}_deviation"]
    text = format(row[name], form)
    if deviation is None:
        return text
    percent = form.endswith("%")
    return f"{text} ± {format(100 * deviation if percent else deviation, form.rstrip('%f') + 'f')}"
