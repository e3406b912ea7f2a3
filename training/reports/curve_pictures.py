"""Pictures of how a run's figures moved, for its report."""

import io
import math

COLOURS = ("#2f6fb2", "#d9772b", "#3a9a5b", "#8a5bb5", "#b23a48")
INK = "#1d2530"
FAINT = "#d8dee6"

# Figures that belong in one picture: title, their names in metrics.jsonl, the axis' name.
_PICTURES = (
    ("Loss", ("loss", "contrastive_loss"), "nats"),
    ("Diversity loss", ("diversity_loss",), "share of codes unused"),
    ("Feature penalty", ("feature_penalty",), "mean square"),
    ("Accuracy of the contrastive task", ("accuracy",), "share"),
    ("Perplexity of the codes", ("code_perplexity", "prob_perplexity"), "codes in use"),
    ("Error rates", ("character_error_rate", "word_error_rate"), "share"),
    ("Frames read as blank", ("blank_rate",), "share"),
    ("Gradient norm", ("gradient_norm",), "norm"),
    ("Learning rate", ("learning_rate",), "rate"),
    ("Speed", ("audio_seconds_per_second",), "seconds of audio a second"),
    ("Waiting for data", ("data_wait",), "share"),
    ("Most memory so far", ("peak_megabytes", "device_peak_megabytes"), "MB"),
)


def pictures(rows, chance=None, only=None):
    """Draws what a run measured.

    Args:
        rows: list of dict, the lines of metrics.jsonl; each has "split" ("train" or "dev"),
            "updates" and some figures.
        chance: float, the contrastive loss of guessing, drawn as a line; None for none.
        only: collection of titles, or None for all.

    Returns:
        list of (title, PNG bytes), only of figures that occur.
    """
    drawn = []
    marks = {row["updates"]: row["finding"] for row in rows if row.get("split") == "guard"}
    for title, names, unit in _PICTURES:
        if only is not None and title not in only:
            continue
        lines = {
            f"{name} ({split})" if split == "dev" else name: _series(rows, split, name)
            for name in names
            for split in ("train", "dev")
        }
        lines = {name: series for name, series in lines.items() if len(series[0]) > 1}
        if lines:
            level = chance if title == "Loss" else None
            drawn.append((title, curves(lines, title, unit, level, marks)))
    return drawn


def curves(lines, title, unit, chance=None, marks=None):
    """Returns a picture of some curves over the updates (PNG bytes).

    Args:
        lines: dict of name to (updates, values).
        title, unit: str.
        chance: float, a level to mark, or None.
        marks: dict of updates to what the guard found then, or None.
    """
    figure, axes = new_figure(2.5)
    for (name, (updates, values)), colour in zip(lines.items(), COLOURS * 3, strict=False):
        axes.plot(updates, values, color=colour, linewidth=1.8, label=name.replace("_", " "))
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.set_ylabel(unit)
    axes.set_xlabel("updates")
    axes.margins(x=0.01)
    axes.xaxis.get_major_locator().set_params(integer=True)
    if chance is not None:
        axes.axhline(chance, color=INK, linewidth=1.0, linestyle=":", label="guessing")
    for updates, finding in (marks or {}).items():
        axes.axvline(updates, color=COLOURS[4], linewidth=1.2, label=finding)
    if unit == "share":
        axes.set_ylim(0, 1.05 * max(max(values) for _, values in lines.values()) or 1.0)
    if len(lines) > 1 or chance is not None or marks:
        axes.legend(frameon=False, fontsize=9)
    axes.grid(color=FAINT, linewidth=0.6)
    return png(figure)


def new_figure(height, rows=1, **gridspec):
    """Returns a figure as wide as a phone shows it, and its axes.

    Args:
        height: float, inches; the width is 5.
        rows: int, axes above each other that share the time axis.
    """
    # Without pyplot: it would keep every figure alive and ask for a screen.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, height), dpi=170, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, 1, sharex=rows > 1, gridspec_kw=gridspec or None)
    for one in axes if rows > 1 else (axes,):
        one.tick_params(labelsize=9, colors=INK, length=3)
        one.spines[["top", "right"]].set_visible(False)
        one.xaxis.label.set_size(9)
        one.yaxis.label.set_size(9)
    return figure, axes


def png(figure):
    """Returns the figure as PNG bytes."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _series(rows, split, name):
    points = [
        (row["updates"], row[name])
        for row in rows
        if row.get("split", "train") == split and _is_number(row.get(name))
    ]
    return [updates for updates, _ in points], [value for _, value in points]


def _is_number(value):
    return isinstance(value, int | float) and math.isfinite(value)
