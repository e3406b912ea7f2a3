"""The whole way in a quarter of an hour: speech, pre-training, fine-tuning, exports, a report."""

import contextlib
import json
import time
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.training import memory, native_output
from keras_w2v2.training.demo import demo_stages, sentence_forms
from keras_w2v2.training.progress import Progress, duration

STAGES = (
    ("corpus", "speak a corpus with espeak-ng", demo_stages.speak),
    ("shards", "prepare shards", demo_stages.prepare),
    (
        "pretraining",
        "pre-train on speech alone (it compiles for about a minute first)",
        demo_stages.pretrain,
    ),
    (
        "fine-tuning",
        "fine-tune with CTC on the transcribed share (compiles again)",
        demo_stages.finetune,
    ),
    ("evaluation", "evaluate on voices never heard", demo_stages.evaluate),
    ("export", "export to SavedModel and TFLite", demo_stages.export),
    ("reading", "read the test clips with every form", sentence_forms.read),
)

NOTHING_LEARNT = 0.9  # character error rate; all blank is 1.0
TALKATIVE = ("export", "reading")  # stages in which TFLite writes to stderr by itself


def run(out="runs/demo", *, short=False, progress=Progress, say=print):
    """Makes a speech corpus, trains on it, exports the recogniser, and writes report.html.

    Finished stages are written down in demo.json and are not done again, so the same call after
    an interruption carries on, and after the end only shows what was found.

    Args:
        out: str or path of the folder for everything.
        short: bool, do every step with little training: minutes, and it reads badly.
        progress: class that shows the progress of a stage, `training.progress.Quiet` for none.
        say: function of one str, for the lines between.

    Returns:
        dict of stage to what it found, as in demo.json.

    Raises:
        UserError: the folder holds something else, the extra [demo] or [export] is missing, or
            the forms of the recogniser do not agree, or it learnt nothing.

    Example:
        >>> run("runs/demo", short=True)["reading"]["forms"]["Keras"]["character_error_rate"]
    """
    from keras_w2v2.training.demo import demo_report

    _require_extras()
    out = Path(out)
    journal = Journal(out, short)
    size = demo_stages.SHORT if short else demo_stages.FULL
    work = demo_stages.Work(out, size, progress)
    total = len(STAGES) + 1
    for number, (name, title, stage) in enumerate(STAGES, start=1):
        if name in journal.found:
            say(f"{number}/{total}  {title}: kept from before")
            continue
        say(f"{number}/{total}  {title}")
        began = time.monotonic()
        with native_output.hidden() if name in TALKATIVE else contextlib.nullcontext():
            found = stage(work)
        journal.add(name, found, took=time.monotonic() - began)
        say(f"     {demo_report.sentence(name, found)} ({duration(time.monotonic() - began)})")
    say(f"{total}/{total}  write the report")
    with native_output.hidden():
        path = demo_report.write(work, journal.found)
    say(demo_report.summary(journal.found))
    say(f"report: {path}")
    _require_agreement(journal.found["reading"], path)
    _require_learning(journal.found["evaluation"], path)
    return journal.found


class Journal:
    """demo.json: which stages are finished, what they found and how long they took.

    Args:
        folder: path of the demo.
        short: bool; a folder belongs to the short demo or to the full one.

    Raises:
        UserError: the folder holds something else, or a demo of the other length.
    """

    def __init__(self, folder, short):
        self.path = folder / "demo.json"
        if folder.exists() and not folder.is_dir():
            raise UserError(f"'{folder}' is a file: name a folder for the demo")
        if self.path.is_file():
            content = self._read()
            if content["short"] != short:
                other = "short" if content["short"] else "full"
                raise UserError(f"'{folder}' holds a {other} demo: remove it or give another --out")
            self.short, self.found = short, content["stages"]
            return
        if folder.is_dir() and any(folder.iterdir()):
            raise UserError(f"'{folder}' holds other things: name a new folder with --out")
        self.short, self.found = short, {}
        self._write()

    def add(self, stage, found, took):
        """Notes that a stage is finished."""
        peak = memory.peak_megabytes()
        more = {"took_seconds": round(took, 1), "peak_megabytes": peak and round(peak)}
        self.found[stage] = found | more
        self._write()

    def _read(self):
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            return {"short": content["short"], "stages": dict(content["stages"])}
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"'{self.path}' is damaged: remove {self.path.parent} and start again"
            ) from error

    def _write(self):
        from keras_w2v2.interop import atomic

        content = {"short": self.short, "stages": self.found}
        with atomic.file(self.path) as partial:
            partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _require_extras():
    """Says at once what would otherwise fail after minutes of training."""
    import importlib.util

    wanted = {"espeakng_loader": "demo", "ai_edge_quantizer": "export"}
    missing = [extra for name, extra in wanted.items() if not importlib.util.find_spec(name)]
    if missing:
        raise UserError(f"the demo needs more: pip install 'keras-w2v2[{','.join(missing)}]'")


def _require_agreement(reading, report):
    if reading["differing"]:
        raise UserError(
            f"{len(reading['differing'])} of {reading['clips']} test clips are not read alike by "
            f"{', '.join(sentence_forms.MUST_AGREE)}: see '{report}'"
        )


def _require_learning(evaluation, report):
    rate = evaluation["character_error_rate"]
    if rate > NOTHING_LEARNT:
        raise UserError(f"the recogniser has learnt nothing ({rate:.0%} wrong): see '{report}'")
