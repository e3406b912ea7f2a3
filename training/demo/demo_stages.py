"""The stages of the demo, one function each: they work in a folder and return what they found.

Every stage may be started again after it was interrupted: it carries on, or begins afresh.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.training.demo import spoken_corpus
from keras_w2v2.training.runs.run_folder import RunFolder

WINDOWS = (2.0, 5.0)  # seconds, of the .tflite files; the longer one holds any clip here


@dataclass(frozen=True)
class Size:
    """How much the demo does."""

    clips: dict  # split -> number of clips
    pretrain: tuple = ()  # overrides of the recipe demo_pretrain
    finetune: tuple = ()  # overrides of the recipe demo_finetune


FULL = Size({"pretrain": 1500, "train": 1200, "test": 100})
# Every step is real, but it stops long before the model reads well.
SHORT = Size(
    {"pretrain": 200, "train": 300, "test": 20},
    (
        "optimizer.updates=30",
        "optimizer.warmup_updates=10",
        "log_every=5",
        "checkpoint_every=30",
    ),
    (
        "optimizer.updates=200",
        "data.num_buckets=2",  # each length is compiled
        "model.mask_prob=0.0",
        "model.mask_channel_prob=0.0",
        "log_every=10",
        "checkpoint_every=100",
    ),
)


@dataclass(frozen=True)
class Work:
    """A demo under way: where it happens, how large it is, how it shows its progress."""

    folder: Path
    size: Size
    progress: type

    @property
    def corpus(self):
        return self.folder / "corpus"

    @property
    def pretrained(self):
        return self.folder / "pretrain"

    @property
    def finetuned(self):
        return self.folder / "finetune"

    @property
    def exports(self):
        """Path of every form that the recogniser takes, by its name in the table (dict)."""
        folder = self.folder / "export"
        return {
            "Keras": self.finetuned,
            "SavedModel": folder / "savedmodel",
            "TFLite float32": folder / "recogniser-float32.tflite",
            "TFLite int8": folder / "recogniser-int8.tflite",
        }

    def shards(self, split):
        return self.folder / "shards" / split


def speak(work):
    """Makes the corpus."""
    shutil.rmtree(work.corpus, ignore_errors=True)
    with work.progress("speaking", unit="clips") as shown:

        def show(done, total):
            shown.total = total
            shown.update(done)

        corpus = spoken_corpus.make(work.corpus, **work.size.clips, progress=show)
    minutes = {split: round(seconds / 60, 1) for split, seconds in corpus.seconds.items()}
    return {"clips": corpus.clips, "minutes": minutes}


def prepare(work):
    """Turns the recordings into shards."""
    from keras_w2v2.training.preparation.prepare import prepare as make_shards

    prepared = {}
    for split in work.size.clips:
        with work.progress(f"preparing {split}", unit="files") as shown:

            def show(done, total, _seconds, shown=shown):
                shown.total = total
                shown.update(done)

            summary = make_shards(
                work.corpus / f"{split}.tsv", work.shards(split), overwrite=True, progress=show
            )
        prepared[split] = {"clips": summary.clips, "rejected": len(summary.rejected)}
    return prepared


def pretrain(work):
    """Learns from all the speech of the training voices, without its transcripts."""
    from keras_w2v2.training.pretrain import pretrain as learn
    from keras_w2v2.training.reports import report

    run = RunFolder(work.pretrained)
    if not run.finished:
        shards = [work.shards("pretrain"), work.shards("train")]
        learn(
            "demo_pretrain",
            shards,
            work.pretrained,
            settings=work.size.pretrain,
            progress=work.progress,
        )
    report.write(work.pretrained)
    return _first_and_last(run, "loss", "accuracy", "code_perplexity")


def finetune(work):
    """Learns to write, from the transcribed share."""
    from keras_w2v2.training.finetune import finetune as learn
    from keras_w2v2.training.reports import report

    run = RunFolder(work.finetuned)
    if not run.finished:
        learn(
            "demo_finetune",
            work.shards("train"),
            work.finetuned,
            init=work.pretrained,
            settings=work.size.finetune,
            progress=work.progress,
        )
    report.write(work.finetuned)
    return _first_and_last(run, "loss", "character_error_rate", "blank_rate")


def evaluate(work):
    """Counts the errors on voices and sentences that training never had."""
    from keras_w2v2.training.evaluate import evaluate as measure

    result = measure(
        work.finetuned,
        work.shards("test"),
        out=work.folder / "evaluation.json",
        progress=work.progress,
    )
    return {
        "clips": result.clips,
        "character_error_rate": result.character_error_rate,
        "word_error_rate": result.word_error_rate,
        "speakers": result.speakers,
    }


def export(work):
    """Writes the recogniser for servers and phones and compares each form with Keras."""
    from dataclasses import asdict

    from keras_w2v2.export import savedmodel, tflite
    from keras_w2v2.training.runs.run_folder import load_model
    from keras_w2v2.training.sample_clips import sample_clips

    model = load_model(work.finetuned)
    clips = sample_clips([work.shards("test")])
    rows = {}
    with work.progress("exporting", len(work.exports) - 1, "forms") as shown:
        for name, path in list(work.exports.items())[1:]:
            if name == "SavedModel":
                row = savedmodel.export(model, path, clips=clips)
            else:
                variant = name.split()[-1]
                row = tflite.export(model, path, variant=variant, windows=WINDOWS, clips=clips)
            rows[name] = asdict(row)
            shown.update(len(rows))
    return rows


def _first_and_last(run, *names):
    rows = [row for row in run.metrics() if row.get("split", "train") == "train"]
    if not rows:
        raise UserError(f"'{run.path}' has no figures: remove it and start the demo again")
    return {
        "updates": rows[-1]["updates"],
        **{name: [rows[0][name], rows[-1][name]] for name in names},
    }


def read_json(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))
