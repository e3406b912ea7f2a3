"""report.html of a run: health, figures, curves, pictures and texts in one self-contained page."""

import math
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.training.guard.limits import Limits
from keras_w2v2.training.progress import duration
from keras_w2v2.training.reports import html_page as page
from keras_w2v2.training.reports import sections
from keras_w2v2.training.runs.run_folder import RunFolder

# Figures shown large, where a run has them, with the way to write each.
_LARGE = (
    ("character_error_rate", "character errors", "{:.1%}"),
    ("word_error_rate", "word errors", "{:.1%}"),
    ("loss", "loss (nats)", "{:.3f}"),
    ("contrastive_loss", "contrastive loss (nats)", "{:.3f}"),
    ("accuracy", "contrastive accuracy", "{:.1%}"),
    ("code_perplexity", "code perplexity", "{:.0f}"),
)


def write(run):
    """Writes report.html into a run folder, also while the run is not finished.

    Args:
        run: str or path of a pre-training or fine-tuning run.

    Returns:
        Path of the report.

    Raises:
        UserError: the folder is no run, or the place cannot be written.

    Example:
        >>> write("runs/small")
    """
    folder = RunFolder(run)
    if not folder.config_file.is_file():
        raise UserError(f"'{run}' is no run: it has no config.yaml")
    missing = [key for key in ("task", "model", "data", "optimizer") if key not in folder.config()]
    if missing:
        raise UserError(f"'{run}' is no run: its config.yaml has no {missing[0]}")
    title = f"{'Pre-training' if _task(folder) == 'pretrain' else 'Fine-tuning'} {folder.path.name}"
    parts = [
        *(sections.health(folder) if folder.metrics() else ()),
        *training_parts(folder),
        *sections.codes(folder),
        *sections.masks(folder),
        *sections.transcripts(folder),
        *sections.errors(folder),
        *sections.machine(folder),
        page.heading("Configuration"),
        page.code(folder.config_file.read_text(encoding="utf-8")),
    ]
    return save(folder.path / "report.html", page.page(title, parts))


def training_parts(folder, only=None):
    """Returns the page parts that show how a run went (list of str).

    Args:
        folder: RunFolder.
        only: collection of titles of pictures, or None for all.
    """
    from keras_w2v2.training.reports import curve_pictures

    rows = folder.metrics()
    if not rows:
        return [page.paragraph("No figures yet: the run has not come to its first report.")]
    parts = [page.figures(_large_figures(rows)), page.paragraph(_effort(folder, rows), "note")]
    parts += [
        page.picture(png, f"{title} over the updates")
        for title, png in curve_pictures.pictures(rows, _chance(folder), only)
    ]
    return parts


def save(path, text):
    """Writes a report as a whole; returns its path."""
    from keras_w2v2.interop import atomic

    with atomic.file(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return Path(path)


def _chance(folder):
    """The contrastive loss of a guess among the target and its distractors, in nats."""
    return math.log(Limits(folder.config()).ways) if _task(folder) == "pretrain" else None


def _task(folder):
    return folder.config().get("task")


def _large_figures(rows):
    """The last measured values; those of the dev shards where there are some."""
    last = {}
    for split in ("train", "dev"):
        for row in (row for row in rows if row.get("split", "train") == split):
            last.update({name: (value, split) for name, value in row.items()})
    shown = {}
    for name, label, form in _LARGE:
        if name in last:
            value, split = last[name]
            shown[f"{label}, {'dev' if split == 'dev' else 'in training'}"] = form.format(value)
    return shown


def _effort(folder, rows):
    train = [row for row in rows if row.get("split", "train") == "train"]
    total = folder.config().get("optimizer", {}).get("updates")
    updates = f"{rows[-1]['updates']} of {total} updates"
    if not train or "seconds" not in train[-1]:
        return updates
    # "seconds" begins anew with each process that worked on the run.
    spent = sum(
        row["seconds"]
        for row, following in zip(train, [*train[1:], None], strict=True)
        if following is None or following["seconds"] < row["seconds"]
    )
    speed = train[-1]["audio_seconds_per_second"]
    return f"{updates} in {duration(spent)}, {speed:.0f} s of audio a second at the end"
