"""The demo's words and its report.html."""

from keras_w2v2.training.progress import duration
from keras_w2v2.training.reports import html_page as page
from keras_w2v2.training.reports import report
from keras_w2v2.training.runs.run_folder import RunFolder
from keras_w2v2.training.text_table import aligned


def sentence(stage, found):
    """Returns what a stage found, in one line (str)."""
    return _SENTENCES[stage](found)


def _corpus(found):
    clips, minutes = sum(found["clips"].values()), sum(found["minutes"].values())
    return f"{clips} clips, {minutes:.0f} min"


def _shards(found):
    rejected = sum(split["rejected"] for split in found.values())
    return f"{sum(split['clips'] for split in found.values())} clips, {rejected} set aside"


def _pretraining(found):
    (_, loss), (_, accuracy) = found["loss"], found["accuracy"]
    return f"loss {found['loss'][0]:.2f} -> {loss:.2f}, contrastive accuracy {accuracy:.0%}"


def _finetuning(found):
    loss, rate = found["loss"], found["character_error_rate"][1]
    return f"loss {loss[0]:.2f} -> {loss[1]:.2f}, character errors in training {rate:.1%}"


def _evaluation(found):
    characters, words = found["character_error_rate"], found["word_error_rate"]
    return f"character errors {characters:.1%}, word errors {words:.1%} on {found['clips']} clips"


def _export(found):
    return ", ".join(f"{name} {row['megabytes']:.1f} MB" for name, row in found.items())


def _reading(found):
    wav = found["wav"]
    same = "all read alike" if not found["differing"] else f"{len(found['differing'])} differ"
    return f"{found['clips']} clips, {same}; int8 hears '{wav['read']}' in '{wav['said']}'"


_SENTENCES = {
    "corpus": _corpus,
    "shards": _shards,
    "pretraining": _pretraining,
    "fine-tuning": _finetuning,
    "evaluation": _evaluation,
    "export": _export,
    "reading": _reading,
}

# Of each run; the others are in the run's own report.
_CURVES = (
    "Loss",
    "Accuracy of the contrastive task",
    "Perplexity of the codes",
    "Error rates",
    "Frames read as blank",
)
_HEADER = ["form", "MB", "ms a clip", "x real time", "character errors", "word errors", "same text"]


def summary(found):
    """Returns the table of all forms of the recogniser (str)."""
    return aligned(_HEADER, _form_rows(found["reading"]))


def write(work, found):
    """Writes the demo's report.html; returns its path.

    Args:
        work: demo_stages.Work.
        found: dict of stage to what it found.
    """
    took = {stage: figures["took_seconds"] for stage, figures in found.items()}
    evaluation, reading = found["evaluation"], found["reading"]
    forms = reading["forms"]
    parts = [
        page.paragraph(
            "A small wav2vec 2.0, trained and shipped on this machine in "
            f"{duration(sum(took.values()))}: {_corpus(found['corpus'])} of speech made with "
            "espeak-ng; the test voices and sentences occur in no training.",
        ),
        page.figures(
            {
                "character errors on unheard voices": f"{evaluation['character_error_rate']:.1%}",
                "word errors on unheard voices": f"{evaluation['word_error_rate']:.1%}",
                "int8 file": f"{forms['TFLite int8']['megabytes']:.1f} MB",
                "int8 speed, 1 thread": f"{forms['TFLite int8']['times_real_time']:.0f} x real",
            }
        ),
        page.heading("Every form of the recogniser on the test clips"),
        page.table(_HEADER, _form_rows(reading)),
        _agreement(reading),
        page.heading("One sentence, read by the int8 file"),
        *_sentence_parts(work, reading["wav"]),
        page.heading("Unheard voices"),
        page.table(["voice", "clips", "character errors", "word errors"], _voices(evaluation)),
        page.heading("Pre-training on speech alone"),
        *report.training_parts(RunFolder(work.pretrained), _CURVES),
        page.heading("Fine-tuning with CTC"),
        *report.training_parts(RunFolder(work.finetuned), _CURVES),
        page.heading("Where the time went"),
        page.table(
            ["stage", "time", "most memory so far"],
            [
                [stage, duration(t), _gigabytes(found[stage]["peak_megabytes"])]
                for stage, t in took.items()
            ],
        ),
    ]
    text = page.page("keras-w2v2: from unlabelled speech to a phone-sized recogniser", parts)
    return report.save(work.folder / "report.html", text)


def _form_rows(reading):
    return [
        [
            name,
            f"{form['megabytes']:.2f}",
            f"{form['milliseconds_per_clip']:.1f}",
            f"{form['times_real_time']:.0f}",
            f"{form['character_error_rate']:.1%}",
            f"{form['word_error_rate']:.1%}",
            f"{form['same_text']:.0%}",
        ]
        for name, form in reading["forms"].items()
    ]


def _gigabytes(megabytes):
    return "unknown" if megabytes is None else f"{megabytes / 1000:.1f} GB"


def _agreement(reading):
    differing = reading["differing"]
    if differing:
        listed = ", ".join(differing[:10])
        return page.paragraph(f"Not read alike by the float32 forms: {listed}", "bad")
    return page.paragraph(
        f"Keras, SavedModel and TFLite float32 give the same text on all {reading['clips']} clips.",
        "good",
    )


def _sentence_parts(work, wav):
    from keras_w2v2.data import audio
    from keras_w2v2.training import recognizer
    from keras_w2v2.training.reports import alignment_picture

    reader = recognizer.load(work.exports["TFLite int8"])
    waveform = audio.read(wav["file"])
    png = alignment_picture.alignment(
        waveform,
        reader.logits([waveform])[0],
        reader.vocabulary.tokens,
        reader.vocabulary.blank,
        reader.transcribe(waveform).words,
        reader.frames,
    )
    return [
        page.paragraph(f"Said by the voice {wav['voice']}: {wav['said']}. Read: {wav['read']}."),
        page.picture(png, f"waveform and token probabilities of '{wav['said']}'"),
        page.paragraph(
            "Above, the sound and the words with their times; below, how sure the model is of "
            "each character in each 20 ms. Between characters it answers blank.",
            "note",
        ),
    ]


def _voices(evaluation):
    return [
        [
            name,
            one["clips"],
            f"{one['character_error_rate']:.1%}",
            f"{one['word_error_rate']:.1%}",
        ]
        for name, one in evaluation["speakers"].items()
    ]
