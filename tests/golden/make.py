"""Writes the golden files: what Python computes and Kotlin and JavaScript must repeat.

    make golden                                        the JSON files
    python -m tests.golden.make --recogniser RUN WAV   also the bundle, and the speech it reads

docs/bundle.md says what is computed. Run it again after a change there, and look at what changed.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np

from keras_w2v2.decoding import greedy
from keras_w2v2.decoding.windows import WindowPlan
from keras_w2v2.frames import SAMPLE_RATE, FrameArithmetic
from keras_w2v2.text import Vocabulary
from tests.golden import broken_bundles, resampled_tones, wav_files

HERE = Path(__file__).parent
RECOGNISER, SPEECH = HERE / "recogniser.tflite", HERE / "speech.wav"

PUBLISHED = FrameArithmetic((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
SMALL = FrameArithmetic((10, 3, 2), (5, 2, 2))
# (frames, window, left, right)
PLANS = [
    (PUBLISHED, 99, 79, 10),
    (PUBLISHED, 249, 50, 50),
    (PUBLISHED, 749, 50, 50),
    (SMALL, 20, 5, 3),
    (SMALL, 7, 0, 0),
    (SMALL, 4, 0, 3),
    (SMALL, 4, 3, 0),
]
ENGLISH = Vocabulary(["<pad>", "<s>", "</s>", "<unk>", "|", "a", "b", "'", "ü"], unknown="<unk>")
CHINESE = Vocabulary(["<pad>", "<unk>", "中", "文", "字"], unknown="<unk>")
KOREAN = Vocabulary(["<pad>", "|", "\u1112", "\u1161", "\u11ab", "\u1100"])  # jamo


def frames():
    """Frame arithmetic of several encoders."""
    cases = []
    for one in (PUBLISHED, SMALL, FrameArithmetic((3,), (1,)), FrameArithmetic((2, 5), (3, 1))):
        field, hop = one.receptive_field, one.hop
        samples = sorted({0, 1, field - 1, field, field + hop - 1, field + hop, 16_000, 80_000})
        cases.append(
            {
                "kernels": one.kernels,
                "strides": one.strides,
                "hop": hop,
                "receptive_field": field,
                "frames": [[n, one.frames(n)] for n in samples],
                "samples": [[n, one.samples(n)] for n in (1, 2, 49, 99, 749)],
            }
        )
    return cases


def _plan_fields(plan):
    return {
        "kernels": plan.frames.kernels,
        "strides": plan.frames.strides,
        "window": plan.window,
        "left": plan.left,
        "right": plan.right,
    }


def _windows(plan, total):
    names = ("start", "end", "first_frame", "keep_from", "keep_to")
    return [{name: getattr(window, name) for name in names} for window in plan.of(total)]


def _ready(plan, samples):
    """How many windows can have run when `samples` have come and more may follow."""
    count = 0
    while plan.window_at(count).end <= samples:
        count += 1
    return count


def plans():
    """Window plans of recordings, and how many windows are ready along a live stream."""
    cases = []
    for fields in PLANS:
        plan = WindowPlan(*fields)
        step, hop = plan.step * plan.frames.hop, plan.frames.hop
        for total in (0, plan.frames.receptive_field, plan.samples, plan.samples + hop, 5 * step):
            ready = [[n, _ready(plan, n)] for n in np.linspace(0, total, 6).astype(int).tolist()]
            cases.append(
                _plan_fields(plan)
                | {"total_samples": total, "windows": _windows(plan, total), "ready": ready}
            )
    return cases


def stitching():
    """Logits of windows and what they give joined; a window's logits tell where they are from."""
    cases = []
    for fields in PLANS[3:]:
        plan = WindowPlan(*fields)
        total = 4 * plan.step * plan.frames.hop + plan.samples + 3
        windows = list(plan.of(total))
        logits = [
            [[k + 0.25, float(frame), k * 1000.0 - frame] for frame in range(count)]
            for k, count in (
                (k, plan.frames.frames(w.end - w.start)) for k, w in enumerate(windows)
            )
        ]
        joined = [row for w, part in zip(windows, logits, strict=True) for row in w.kept(part)]
        cases.append(
            _plan_fields(plan)
            | {"total_samples": total, "windows": _windows(plan, total)}
            | {"logits": logits, "stitched": joined}
        )
    return cases


def ctc():
    """Logits and the text, words, times and confidences read from them."""
    made = np.random.default_rng(7)
    paths = [
        (ENGLISH, []),
        (ENGLISH, [0, 0, 0]),
        (ENGLISH, [4, 5, 5, 0, 5, 6, 4, 4, 0, 8, 7, 4]),
        (ENGLISH, [1, 5, 2, 3, 6, 0, 4, 0, 4, 5]),
        (ENGLISH, made.integers(0, len(ENGLISH), 60).tolist()),
        (CHINESE, [2, 2, 3, 0, 3, 1, 4]),
        (KOREAN, [2, 3, 4, 1, 5, 3, 0]),
    ]
    cases = []
    for vocabulary, path in paths:
        logits = made.normal(0, 1, (len(path), len(vocabulary)))
        logits[np.arange(len(path)), path] += 6
        cases.append(_read(vocabulary, np.round(logits, 3).astype(np.float32)))
    tie = np.zeros((3, len(ENGLISH)), np.float32)
    tie[1, [5, 6]] = 2.0  # the first of equals is the best
    cases.append(_read(ENGLISH, tie))
    return cases


def _read(vocabulary, logits):
    symbols = greedy.collapse(logits, vocabulary.blank)
    transcript = greedy.decode(logits, len(logits), vocabulary, PUBLISHED)
    ids = [symbol.id for symbol in symbols]
    return {
        "logits": [[float(str(value)) for value in row] for row in logits],
        "tokens": vocabulary.tokens,
        "blank": vocabulary.blank,
        "word_delimiter": vocabulary.word_delimiter,
        "silent": sorted(vocabulary.silent),
        "hop_samples": PUBLISHED.hop,
        "sample_rate": SAMPLE_RATE,
        "token_ids": ids + [-1] * (len(logits) - len(ids)),
        "symbols": [vars(symbol) for symbol in symbols],
        "words": [vars(word) for word in transcript.words],
        "text": transcript.text,
        "confidence": transcript.confidence,
    }


WRITTEN = {
    "frames.json": frames,
    "plans.json": plans,
    "stitching.json": stitching,
    "ctc.json": ctc,
    "bundles.json": broken_bundles.cases,
    "wav.json": wav_files.cases,
    "resampling.json": resampled_tones.cases,
}


def text_of(cases):
    """Returns a golden file's text: one case a line, so that a change shows where it is."""
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    return '{"cases": [\n' + ",\n".join(lines) + "\n]}\n"


def _write_recogniser(run, wav):
    from keras_w2v2.export import tflite
    from keras_w2v2.training.runs.run_folder import load_model

    about = {
        "languages": ["en"],
        "licence": "Apache-2.0",
        "training": {"made_by": "keras-w2v2 demo", "speech": "espeak-ng voices"},
    }
    tflite.export(load_model(run), RECOGNISER, variant="int8", windows=(2.0, 5.0), about=about)
    shutil.copyfile(wav, SPEECH)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recogniser", nargs=2, metavar=("RUN", "WAV"))
    arguments = parser.parse_args()
    for name, make in WRITTEN.items():
        (HERE / name).write_text(text_of(make()), encoding="utf-8")
    if arguments.recogniser:
        _write_recogniser(*arguments.recogniser)


if __name__ == "__main__":
    main()
