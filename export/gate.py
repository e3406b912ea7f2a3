"""The gate: an exported model runs beside Keras on real clips, and passes or tells why not."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.export import probe, runner, serving, tflite_file, verify
from keras_w2v2.export.thresholds import BY_VARIANT, Thresholds
from keras_w2v2.interop import atomic


@dataclass(frozen=True)
class Clip:
    """A clip to compare on: float32 [samples], and what is said in it, or None."""

    waveform: object
    reference: str | None = None


@dataclass
class Verdict:
    """One exported model against the Keras model, over all clips.

    Attributes:
        name, variant: str.
        max_error, relative_error: float, largest logit error, alone and over Keras' largest.
        frame_agreement: float, share of frames with the same best token.
        same_text: float, share of clips with the same text.
        character_error_rate, word_error_rate: float, of this model; None without references.
        keras_character_error_rate, keras_word_error_rate: float, of Keras.
        megabytes, load_seconds, peak_megabytes: float.
        real_time_factor: dict of the number of threads to float.
        operators: list of str, of a .tflite or .onnx file.
        thresholds: dict, the limits.
        breaches: list of str, what was found wrong; empty where the model passes.
    """

    name: str
    variant: str
    max_error: float = float("nan")
    relative_error: float = float("nan")
    frame_agreement: float = 0.0
    same_text: float = 0.0
    character_error_rate: float | None = None
    word_error_rate: float | None = None
    keras_character_error_rate: float | None = None
    keras_word_error_rate: float | None = None
    megabytes: float = 0.0
    load_seconds: float = 0.0
    peak_megabytes: float = 0.0
    real_time_factor: dict = field(default_factory=dict)
    operators: list = field(default_factory=list)
    thresholds: dict = field(default_factory=dict)
    breaches: list = field(default_factory=list)

    @property
    def passes(self):
        """Whether nothing was found wrong."""
        return not self.breaches

    @property
    def ran(self):
        """Whether the model has run on the clips, so that its speed is known."""
        return bool(self.real_time_factor)

    @property
    def compared(self):
        """Whether its logits stood beside those of Keras, so that its errors are known."""
        return bool(np.isfinite(self.relative_error))


def judge(exported, model, clips, settings=(), threads=(1, 2), shown_as=None):
    """Measures an exported model against the Keras model that it should equal.

    Args:
        exported: str or path of a .tflite bundle, a SavedModel folder or an .onnx file.
        model: Wav2Vec2ForCTC.
        clips: list of Clip; those shorter than a frame are left out.
        settings: iterable of "name=number", thresholds in place of the variant's own.
        threads: sequence of int, numbers of threads to measure the speed with.
        shown_as: path to name in its place.

    Returns:
        Verdict.

    Raises:
        UserError: no clip is long enough, or a setting is wrong.

    Example:
        >>> judge("app.tflite", model, [Clip(waveform, "HELLO WORLD")]).breaches
        []
    """
    model = serving.recognizer_of(model)
    shortest = model.backbone.frames.receptive_field
    clips = [clip for clip in clips if len(clip.waveform) >= shortest]
    if not clips:
        raise UserError(f"no clip of at least {shortest} samples to judge on")
    if model.vocabulary is None:
        raise UserError("the Keras model has no vocabulary: without texts there is no judging")
    asked = Thresholds().changed(settings)  # a mistake in them is told before anything runs
    if asked.character_error_rise is not None and not any(clip.reference for clip in clips):
        raise UserError("character_error_rise needs transcripts: give shards that have them")
    name = Path(shown_as or exported).name
    try:
        described = runner.load(exported).metadata
    except UserError as error:
        return Verdict(name, "unknown", breaches=[str(error)])
    if described.variant not in BY_VARIANT or described.vocabulary is None:
        what = (
            f"an unknown variant {described.variant!r}" if described.vocabulary else "no vocabulary"
        )
        return Verdict(name, described.variant, breaches=[f"its description has {what}"])
    limits = BY_VARIANT[described.variant].changed(settings)
    verdict = Verdict(name, described.variant, thresholds=asdict(limits))
    verdict.megabytes = verify.bytes_of(Path(exported)) / 1e6
    verdict.breaches += disagreements(described, model)
    try:
        probes = {n: probe.run(exported, [c.waveform for c in clips], n) for n in threads}
    except UserError as error:
        verdict.breaches.append(str(error))
        return verdict
    verdict.operators = _operators(Path(exported))
    first = probes[threads[0]]
    verdict.load_seconds, verdict.peak_megabytes = first.load_seconds, first.peak_megabytes
    verdict.real_time_factor = {str(n): one.real_time_factor for n, one in probes.items()}
    _compare(verdict, model, clips, first.logits)
    if verdict.compared:
        verdict.breaches += _breaches(verdict, limits)
    return verdict


def _operators(exported):
    """Returns the kinds of operations in a .tflite or .onnx file (list of str)."""
    if exported.suffix == ".tflite":
        return sorted(tflite_file.operators(exported.read_bytes()))
    if exported.suffix == ".onnx":
        import onnx

        return sorted({node.op_type for node in onnx.load(exported).graph.node})
    return []


def disagreements(described, model):
    """Returns what a description says otherwise than the model (list of str)."""
    found = []
    theirs, ours = described.vocabulary.tokens, model.vocabulary.tokens
    if theirs != ours:
        pairs = enumerate(zip(theirs, ours, strict=False))
        different = [f"id {i} is {a!r}, in Keras {b!r}" for i, (a, b) in pairs if a != b]
        sizes = f"{len(theirs)} tokens, in Keras {len(ours)}"
        found.append(f"another vocabulary: {different[0] if different else sizes}")
    if described.blank != model.blank:
        found.append(f"another blank: id {described.blank}, in Keras {model.blank}")
    if described.normalize_waveform != model.backbone.normalize_waveform:
        found.append(
            f"another normalization: normalize_waveform is {described.normalize_waveform}, in "
            f"Keras {model.backbone.normalize_waveform}"
        )
    if described.frames != model.backbone.frames:
        found.append("other convolutions: its frames are not those of Keras")
    return found


def _compare(verdict, model, clips, logits):
    """Fills in the errors of the logits and of the texts."""
    from keras_w2v2.decoding import greedy
    from keras_w2v2.training import error_rates, recognizer

    wanted = [verify.keras_logits(model, clip.waveform) for clip in clips]
    if any(f.shape != w.shape for f, w in zip(logits, wanted, strict=True)):
        verdict.breaches.append("its logits have another shape than those of Keras")
        return
    if not all(np.isfinite(found).all() for found in logits):
        verdict.breaches.append("its logits are not finite: weights are damaged or missing")
        return
    largest = max(float(np.abs(w).max()) for w in wanted)
    if not (np.isfinite(largest) and largest > 0):
        verdict.breaches.append("the logits of Keras itself are not finite, or all 0")
        return
    pairs = list(zip(logits, wanted, strict=True))
    verdict.max_error = max(float(np.abs(f - w).max()) for f, w in pairs)
    verdict.relative_error = verdict.max_error / largest
    same = np.concatenate([f.argmax(-1) == w.argmax(-1) for f, w in pairs])
    verdict.frame_agreement = float(same.mean())

    def texts(all_logits):
        read = (len(one) for one in all_logits)
        frames, vocabulary = model.backbone.frames, model.vocabulary
        return [
            greedy.decode(one, count, vocabulary, frames).text
            for one, count in zip(all_logits, read, strict=True)
        ]

    found, keras = texts(logits), texts(wanted)
    verdict.same_text = sum(f == k for f, k in zip(found, keras, strict=True)) / len(clips)
    normalizer = recognizer.normalizer_of(model)
    for prefix, hypotheses in (("", found), ("keras_", keras)):
        errors = error_rates.Errors()
        for clip, text in zip(clips, hypotheses, strict=True):
            if clip.reference:
                errors.add(error_rates.count(normalizer(clip.reference), normalizer(text)))
        if errors.clips:
            setattr(verdict, f"{prefix}character_error_rate", errors.character_error_rate)
            setattr(verdict, f"{prefix}word_error_rate", errors.word_error_rate)


def _breaches(verdict, limits):
    """Returns the limits that a verdict's figures pass over (list of str)."""
    speed = next(iter(verdict.real_time_factor.values()))
    most = {
        "relative_error": verdict.relative_error,
        "megabytes": verdict.megabytes,
        "load_seconds": verdict.load_seconds,
        "peak_megabytes": verdict.peak_megabytes,
        "real_time_factor": speed,
    }
    if verdict.character_error_rate is not None:
        rise = verdict.character_error_rate - verdict.keras_character_error_rate
        most["character_error_rise"] = rise
    least = {"frame_agreement": verdict.frame_agreement, "same_text": verdict.same_text}
    found = []
    for figures, word, sign in ((most, "above", 1), (least, "below", -1)):
        for name, value in figures.items():
            limit = getattr(limits, name)
            if limit is not None and sign * (value - limit) > 1e-9:
                found.append(f"{name} is {value:.4g}, {word} the limit of {limit:g}")
    return found


def write_json(verdicts, path):
    """Writes verdicts as JSON."""
    with atomic.file(path) as partial:
        rows = [asdict(verdict) | {"passes": verdict.passes} for verdict in verdicts]
        for row in rows:  # JSON has no NaN
            for name in ("max_error", "relative_error"):
                row[name] = row[name] if np.isfinite(row[name]) else None
        text = json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)
        partial.write_text(text, encoding="utf-8")
