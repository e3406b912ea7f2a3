"""What reading by windows costs against reading whole, for several lengths of context.

python -m benchmarks.window_context MODEL SHARDS [--seconds 60] [--window 10]

The clips are joined to one recording. The model reads it whole, and by windows of which so many
seconds on either side are dropped. Both are compared with each other and with what was said.
"""

import argparse

import numpy as np

from benchmarks import report
from keras_w2v2.frames import SAMPLE_RATE

CONTEXTS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)


def joined(shards, seconds):
    """Returns (float32 [samples], what is said in it): whole clips, at least `seconds` of them."""
    from keras_w2v2.data import pipeline

    pieces, said, length = [], [], 0
    for clip in pipeline.clips(shards):
        pieces.append(clip.waveform)
        said.append(clip.transcript)
        length += len(clip.waveform)
        if length >= seconds * SAMPLE_RATE:
            break
    return np.concatenate(pieces), " ".join(said)


def compare(recognizer, recording, said, window_seconds):
    """Returns a row for each context: frames, characters and logits that differ from the whole."""
    from keras_w2v2.decoding import greedy
    from keras_w2v2.decoding.windows import WindowPlan, stitched
    from keras_w2v2.training import error_rates

    def text(logits):
        vocabulary, frames = recognizer.vocabulary, recognizer.frames
        return greedy.decode(logits, len(logits), vocabulary, frames).text

    def read(waveform):
        return recognizer.logits([waveform])[0]

    def errors(logits):
        normalizer = recognizer.normalizer
        return error_rates.count(normalizer(said), normalizer(text(logits))).character_error_rate

    seconds_a_frame = recognizer.frames.frame_seconds
    whole = read(recording)
    rows = [{"name": "read whole", "errors": errors(whole)}]
    for context in CONTEXTS:
        samples = round(window_seconds * SAMPLE_RATE)
        size, dropped = recognizer.frames.frames(samples), round(context / seconds_a_frame)
        plan = WindowPlan(recognizer.frames, size, dropped, dropped)
        pieces = stitched(plan, len(recording), lambda a, b: recording[a:b], read)
        found = np.concatenate(list(pieces))
        differing = error_rates.count(text(whole), text(found))
        rows.append(
            {
                "name": f"{context:g} s",
                "frames": float((found.argmax(-1) != whole.argmax(-1)).mean()),
                "characters": differing.character_error_rate,
                "errors": errors(found),
                "logits": float(np.sqrt(((found - whole) ** 2).mean() / (whole**2).mean())),
            }
        )
    return rows


def main():
    from keras_w2v2.training import recognizer

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("shards")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--window", type=float, default=10.0)
    given = parser.parse_args()
    recording, said = joined(given.shards, given.seconds)
    model = recognizer.load(given.model)
    if model.windows:
        parser.error("give a run or a .keras file: a bundle cannot read the recording whole")
    rows = compare(model, recording, said, given.window)
    columns = [
        ("context", "name", "s"),
        ("frames that differ", "frames", ".2%"),
        ("characters that differ", "characters", ".2%"),
        ("logits, root mean square", "logits", ".2%"),
        ("character errors", "errors", ".2%"),
    ]
    report.show(f"Windows of {given.window:g} s against {given.seconds:g} s whole", rows, columns)


if __name__ == "__main__":
    main()
