"""What commands print, in plain text."""

from keras_w2v2.training.text_table import aligned


def of_errors(result):
    """Returns the table of an `Evaluation`: a line for each speaker, the total last (str)."""
    rows = [
        [name or "(no name)", one["clips"], *_rates(one)] for name, one in result.speakers.items()
    ]
    rows.append(["all", result.clips, *_rates(vars(result))])
    note = f"\n{result.skipped} clips without a transcript left out" if result.skipped else ""
    speed = f"\n{result.audio_seconds_per_second:.1f} times as fast as speech"
    header = ["speaker", "clips", "character errors", "word errors"]
    return aligned(header, rows) + note + speed


def of_words(path, transcript):
    """Returns a line for each word: file, start and end in seconds, confidence, word (str)."""
    return "\n".join(
        f"{path}\t{word.start:.2f}\t{word.end:.2f}\t{word.confidence:.2f}\t{word.text}"
        for word in transcript.words
    )


def of_exports(rows):
    """Returns the table of exported models against Keras (str).

    Args:
        rows: list of `keras_w2v2.export.verify.Row`.
    """
    header = ["written", "weights", "MB", "s a clip", "logit error", "relative"]
    header += ["same best token", "same text"]
    return aligned(
        header,
        [
            [
                row.name,
                row.variant,
                f"{row.megabytes:.2f}",
                f"{row.seconds_per_clip:.3f}",
                f"{row.max_error:.1e}",
                f"{row.relative_error:.1e}",
                f"{row.agreement:.1%}",
                "no vocabulary" if row.same_text is None else f"{row.same_text:.0%}",
            ]
            for row in rows
        ],
    )


def of_verdicts(verdicts):
    """Returns the gate's findings, figure by figure, and why a model does not pass (str).

    A model that did not run has no figures: of it the reason alone is told.

    Args:
        verdicts: list of `keras_w2v2.export.gate.Verdict`.
    """
    from keras_w2v2.export import gate_page

    reasons = [f"{v.name}: {reason}" for v in verdicts for reason in v.breaches]
    ran = [verdict for verdict in verdicts if verdict.ran]
    return "\n".join([aligned(*gate_page.rows(ran)), *reasons] if ran else reasons)


def _rates(figures):
    return [f"{100 * figures[f'{unit}_error_rate']:.1f} %" for unit in ("character", "word")]
