"""Error rates of a recogniser on shards of transcribed speech."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.training.progress import Progress

SORTED_TOGETHER = 512  # clips held in memory, batched by length
WORST = 20  # utterances listed


@dataclass
class Utterance:
    """One clip with what it says and what was read."""

    id: str
    speaker: str
    reference: str
    hypothesis: str
    character_error_rate: float


@dataclass
class Evaluation:
    """What `evaluate` found.

    Attributes:
        character_error_rate, word_error_rate: float, edits per reference character and word over
            all clips (not a mean of clips).
        clips, hours, characters, words: what was measured.
        seconds: float, that recognition took.
        audio_seconds_per_second: float.
        speakers: dict of speaker to a dict of clips, character_error_rate, word_error_rate.
        worst: list of Utterance, highest character error rate first.
        skipped: int, clips left out because they have no transcript.
    """

    character_error_rate: float
    word_error_rate: float
    clips: int
    hours: float
    characters: int
    words: int
    seconds: float
    audio_seconds_per_second: float
    speakers: dict
    worst: list = field(default_factory=list)
    skipped: int = 0


def evaluate(model, data, *, out=None, batch_seconds=60.0, normalizer=None, progress=Progress):
    """Measures the error rates of a recogniser.

    References are normalised as the transcripts of its training were.

    Args:
        model: path of a run, .keras file, Hugging Face folder, .tflite file or SavedModel
            folder, or a Recognizer.
        data: folder of shards with transcripts, or a list of them.
        out: path of a JSON file to write the result to, or None.
        batch_seconds: float, audio in a batch at most, padding included.
        normalizer: TextNormalizer in place of the model's own.
        progress: class that shows the progress.

    Returns:
        Evaluation.

    Raises:
        UserError: no such model or shards, or no transcripts in them.

    Example:
        >>> evaluate("runs/small_ctc", "shards/test").word_error_rate
    """
    from keras_w2v2.data import pipeline, shards
    from keras_w2v2.training import recognizer

    indexes = shards.load_all(data)
    if not any(index.transcripts() for index in indexes):  # before a clip is read
        raise _nothing_to_compare(indexes)
    if not isinstance(model, recognizer.Recognizer):
        model = recognizer.load(model)
    normalizer = normalizer or model.normalizer
    total = sum(index.clips for index in indexes)
    tally, skipped, took = _Tally(), 0, 0.0
    with progress("evaluating", total, "clips") as shown:
        for batch in _batches(pipeline.clips(data), batch_seconds):
            labelled = [(clip, normalizer(clip.transcript)) for clip in batch]
            labelled = [(clip, text) for clip, text in labelled if text]
            skipped += len(batch) - len(labelled)
            began = time.perf_counter()
            transcripts = model.transcribe_all([clip.waveform for clip, _ in labelled])
            took += time.perf_counter() - began
            for (clip, reference), transcript in zip(labelled, transcripts, strict=True):
                tally.add(clip, reference, normalizer(transcript.text))
            shown.update(shown.done + len(batch), **tally.figures())
    if not tally.all.clips:
        raise _nothing_to_compare(indexes)
    result = tally.evaluation(took, skipped)
    if out is not None:
        write(result, out)
    return result


def write(result, path):
    """Writes an Evaluation as JSON."""
    from dataclasses import asdict

    from keras_w2v2.interop import atomic

    with atomic.file(path) as partial:
        text = json.dumps(asdict(result), ensure_ascii=False, indent=2)
        Path(partial).write_text(text + "\n", encoding="utf-8")


def _nothing_to_compare(indexes):
    names = ", ".join(f"'{index.folder}'" for index in indexes)
    return UserError(f"no clip in {names} has a transcript to compare with")


class _Tally:
    """Adds up errors over all clips, by speaker, and keeps the worst."""

    def __init__(self):
        from keras_w2v2.training.error_rates import Errors

        self.all, self.speakers, self.worst = Errors(), {}, []
        self._errors = Errors

    def add(self, clip, reference, hypothesis):
        from keras_w2v2.training import error_rates

        errors = error_rates.count(reference, hypothesis, len(clip.waveform) / SAMPLE_RATE)
        self.all.add(errors)
        self.speakers.setdefault(clip.speaker, self._errors()).add(errors)
        if errors.character_errors:
            rate = errors.character_error_rate
            self.worst.append(Utterance(clip.id, clip.speaker, reference, hypothesis, rate))
            if len(self.worst) > 10 * WORST:
                self._keep_worst()

    def figures(self):
        return {
            "character_error_rate": self.all.character_error_rate,
            "word_error_rate": self.all.word_error_rate,
        }

    def evaluation(self, took, skipped):
        self._keep_worst()
        speakers = {
            name: {
                "clips": errors.clips,
                "character_error_rate": errors.character_error_rate,
                "word_error_rate": errors.word_error_rate,
            }
            for name, errors in sorted(self.speakers.items())
        }
        return Evaluation(
            **self.figures(),
            clips=self.all.clips,
            hours=self.all.seconds / 3600,
            characters=self.all.characters,
            words=self.all.words,
            seconds=took,
            audio_seconds_per_second=self.all.seconds / took,
            speakers=speakers,
            worst=self.worst,
            skipped=skipped,
        )

    def _keep_worst(self):
        self.worst.sort(key=lambda u: (-u.character_error_rate, -len(u.reference), u.id))
        del self.worst[WORST:]


def _batches(clips, batch_seconds):
    """Lists of clips of similar length whose padded sum stays within the budget."""
    held = []
    for clip in clips:
        held.append(clip)
        if len(held) == SORTED_TOGETHER:
            yield from _by_length(held, batch_seconds)
            held = []
    yield from _by_length(held, batch_seconds)


def _by_length(clips, batch_seconds):
    batch = []
    for clip in sorted(clips, key=lambda clip: len(clip.waveform)):
        longest = -(-len(clip.waveform) // SAMPLE_RATE)  # the recogniser pads to whole seconds
        if batch and longest * (len(batch) + 1) > batch_seconds:
            yield batch
            batch = []
        batch.append(clip)
    if batch:
        yield batch
