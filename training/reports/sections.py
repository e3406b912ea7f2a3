"""The parts of a run's report beside its curves: health, codes, masks, texts, machine."""

import json

from keras_w2v2.frames import SAMPLE_RATE, FrameArithmetic
from keras_w2v2.training.error_rates import count
from keras_w2v2.training.guard.guard import Finding, Guard
from keras_w2v2.training.reports import html_page as page
from keras_w2v2.training.reports import snapshots

MOST_TRANSCRIPTS = 4
MOST_MOMENTS = 6  # of each transcript
MOST_ERRORS = 10


def examined(folder):
    """Returns (health line, list of Finding) of a run: what its lines hold or would have shown."""
    guard = Guard(folder.config())
    found = []
    for row in folder.metrics():
        if row.get("split") == "guard":
            found.append(Finding.of_row(row))
        found += guard.look(row)
    return guard.health(), list({finding.name: finding for finding in found}.values())


def health(folder):
    """Says how the run is and what is wrong with it."""
    line, found = examined(folder)
    kind = {"healthy": "good", "unhealthy": "bad"}.get(line.split(":")[0], "note")
    said = [page.paragraph(line[:1].upper() + line[1:], kind)]
    return said + [page.paragraph(finding.text(), "bad") for finding in found]


def codes(folder):
    """Shows which codes are in use, of a pre-training run."""
    from keras_w2v2.training.reports import code_picture

    drawn = code_picture.pictures(snapshots.read(folder.snapshots_file))
    if not drawn:
        return []
    parts = [page.heading("Codes in use")]
    for title, png in drawn:
        parts += [page.paragraph(title), page.picture(png, title)]
    said = "Codes that never occur stand at the right. One dark column alone would be a collapse."
    return [*parts, page.paragraph(said, "note")]


def masks(folder):
    """Shows what training hides, with the mask function of training itself."""
    model = folder.config().get("model", {})
    hides = model.get("mask_prob") and model.get("mask_inputs", True)
    if not hides or model.get("conv_kernels") is None:
        return []
    from keras_w2v2.training.reports import mask_picture

    frames = FrameArithmetic(model["conv_kernels"], model["conv_strides"])
    counts = _frame_counts(folder, frames)
    if not counts:
        return []
    drawn = mask_picture.drawn(counts, model)
    title, png = mask_picture.picture(counts, drawn, frames.hop / SAMPLE_RATE)
    spans = f"Spans of {model['mask_span']} frames in each clip; every update draws others."
    return [page.heading("Masks"), page.paragraph(title), page.picture(png, title)] + [
        page.paragraph(spans, "note")
    ]


def transcripts(folder):
    """Shows how the reading of a few clips went, of a fine-tuning run."""
    rows = [row for row in snapshots.read(folder.snapshots_file) if row.get("transcripts")]
    if not rows:
        return []
    parts = [page.heading("Transcripts over time")]
    for place, clip in enumerate(rows[-1]["transcripts"][:MOST_TRANSCRIPTS]):
        lines = [["spoken", clip["reference"], ""]]
        for row in _spread(rows, MOST_MOMENTS):
            text = row["transcripts"][place]["hypothesis"]
            lines.append([str(row["updates"]), text, _error_rate(clip["reference"], text)])
        parts.append(page.table(["update", clip["id"], "character errors"], lines))
    return parts


def errors(folder):
    """Shows where the recogniser is worst: by speaker, and clip by clip."""
    path = folder.evaluation_file
    if not path.is_file():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    worst = [
        [f"{one['character_error_rate']:.0%}", one["speaker"], one["reference"], one["hypothesis"]]
        for one in found["worst"][:MOST_ERRORS]
    ]
    speakers = sorted(found["speakers"].items(), key=lambda item: -item[1]["character_error_rate"])
    by_speaker = [
        [name, one["clips"], f"{one['character_error_rate']:.1%}", f"{one['word_error_rate']:.1%}"]
        for name, one in speakers[:MOST_ERRORS]
    ]
    return [
        page.heading("Worst errors"),
        page.paragraph(
            f"On {found['clips']} clips of the dev shards: {found['character_error_rate']:.1%} of "
            f"the characters and {found['word_error_rate']:.1%} of the words are wrong."
        ),
        page.table(["character errors", "speaker", "spoken", "read"], worst),
        page.table(["speaker", "clips", "character errors", "word errors"], by_speaker),
    ]


def machine(folder):
    """Tells the hardware and the speed."""
    rows = [row for row in folder.metrics() if row.get("split", "train") == "train"]
    lines = []
    if folder.machine_file.is_file():
        lines += json.loads(folder.machine_file.read_text(encoding="utf-8")).items()
    for name, label, form in _SPEED:
        values = [row[name] for row in rows[1:] or rows if name in row]  # the first line compiles
        if values:
            lines.append((label, form(values)))
    if not lines:
        return []
    return [
        page.heading("Hardware and speed"),
        page.table(["", ""], [list(line) for line in lines]),
    ]


def _mean(values):
    return sum(values) / len(values)


_SPEED = (
    (
        "audio_seconds_per_second",
        "speed",
        lambda values: f"{_mean(values):.1f} s of audio a second",
    ),
    ("data_wait", "waiting for data", lambda values: f"{_mean(values):.1%} of the time"),
    ("peak_megabytes", "most memory of the process", lambda values: f"{max(values):.0f} MB"),
    ("device_peak_megabytes", "most memory of a device", lambda values: f"{max(values):.0f} MB"),
)


def _frame_counts(folder, frames):
    """Frames of the clips that were looked at, cropped as pre-training crops them."""
    rows = [row for row in snapshots.read(folder.snapshots_file) if row.get("frames")]
    longest = frames.frames(round(folder.config()["data"]["max_seconds"] * SAMPLE_RATE))
    return [min(count, longest) for count in rows[-1]["frames"]] if rows else []


def _spread(rows, most):
    """At most `most` of the rows, the first and the last among them."""
    if len(rows) <= most:
        return rows
    return [rows[round(i * (len(rows) - 1) / (most - 1))] for i in range(most)]


def _error_rate(reference, hypothesis):
    return f"{count(reference, hypothesis).character_error_rate:.0%}"
