"""The gate's findings as one HTML page: a table, a picture, and why a model does not pass."""

from keras_w2v2.interop import atomic


def write(verdicts, path, title="Exported models beside Keras"):
    """Writes the page.

    Args:
        verdicts: list of gate.Verdict.
        path: str or path of the .html file.
        title: str.
    """
    from keras_w2v2.training.reports import html_page

    parts = []
    for verdict in verdicts:
        word = "passes" if verdict.passes else "does not pass: " + "; ".join(verdict.breaches)
        kind = "good" if verdict.passes else "bad"
        parts.append(html_page.paragraph(f"{verdict.name} ({verdict.variant}) {word}", kind))
    measured = [verdict for verdict in verdicts if verdict.compared]
    if measured:
        text = "error against size and speed: " + "; ".join(
            f"{v.name} {v.megabytes:.1f} MB, error {v.relative_error:.1e}" for v in measured
        )
        parts.append(html_page.heading("Error against size and speed"))
        parts.append(html_page.picture(picture(measured), text))
    ran = [verdict for verdict in verdicts if verdict.ran]
    if ran:
        parts.append(html_page.heading("Figures"))
        parts.append(html_page.table(*rows(ran)))
    for verdict in verdicts:
        if verdict.operators:
            parts.append(html_page.heading(f"Operations of {verdict.name}"))
            parts.append(html_page.paragraph(", ".join(verdict.operators), "note"))
    with atomic.file(path) as partial:
        partial.write_text(html_page.page(title, parts), encoding="utf-8")


def rows(verdicts):
    """Returns (header, rows) of the table, for the page and the terminal: a column a model.

    Args:
        verdicts: list of gate.Verdict, of models that ran.
    """
    threads = list(dict.fromkeys(n for verdict in verdicts for n in verdict.real_time_factor))
    header = ["model", "weights", "MB", "logit error", "relative", "same best token"]
    header += ["same text", "character errors", "of Keras", "word errors", "of Keras"]
    header += ["load s", "peak MB", *(f"real time, {n} thread{'s' * (n != '1')}" for n in threads)]
    header += ["passes"]
    columns = [
        [
            v.name,
            v.variant,
            f"{v.megabytes:.2f}",
            *(
                [
                    f"{v.max_error:.1e}",
                    f"{v.relative_error:.1e}",
                    f"{v.frame_agreement:.2%}",
                    f"{v.same_text:.0%}",
                ]
                if v.compared
                else [""] * 4
            ),
            _rate(v.character_error_rate),
            _rate(v.keras_character_error_rate),
            _rate(v.word_error_rate),
            _rate(v.keras_word_error_rate),
            f"{v.load_seconds:.2f}",
            f"{v.peak_megabytes:.0f}",
            *(_factor(v.real_time_factor.get(n)) for n in threads),
            "yes" if v.passes else "no",
        ]
        for v in verdicts
    ]
    first, *lines = [[name, *values] for name, *values in zip(header, *columns, strict=True)]
    return first, [line for line in lines if any(line[1:])]


def picture(verdicts):
    """Draws relative error against megabytes, larger dots for slower models (PNG bytes)."""
    from keras_w2v2.training.reports import curve_pictures

    figure, axes = curve_pictures.new_figure(3.0)
    for verdict in verdicts:
        factor = next(iter(verdict.real_time_factor.values()), 0.0)
        error = max(verdict.relative_error, 1e-9)
        colour = "#14713d" if verdict.passes else "#a8261b"
        axes.scatter(verdict.megabytes, error, s=40 + 4000 * factor, color=colour, alpha=0.6)
        axes.annotate(
            f"{verdict.variant}\n{factor:.3f} of real time",
            (verdict.megabytes, error),
            textcoords="offset points",
            xytext=(10, 4),
            fontsize=8,
        )
    axes.set_yscale("log")
    axes.margins(0.25)
    axes.set_xlabel("MB on disk")
    axes.set_ylabel("largest logit error / largest logit")
    axes.grid(color=curve_pictures.FAINT)
    return curve_pictures.png(figure)


def _rate(value):
    return "" if value is None else f"{100 * value:.2f} %"


def _factor(value):
    return "" if value is None else f"{value:.3f}"
