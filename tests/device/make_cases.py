"""Writes build/device/: exported models, and what they must answer on every kind of device.

    python -m tests.device.make_cases

float32 answers come from Keras, int8 ones from LiteRT on this processor. cases.json names for each
model the WAV file, the signature, the logits and the text; the tests of emulated phones, of the JVM
and of the browser read it.
"""

import base64
import json
import shutil
from pathlib import Path

import numpy as np

from keras_w2v2.decoding import greedy
from keras_w2v2.frames import SAMPLE_RATE
from tests.golden import make as golden

FOLDER = Path("build/device")
SEED = 11
HEAD_SCALE = 30.0  # random weights alone would leave no margin between the best two tokens
# Of the largest logit. int8 rounds otherwise on processors with other instructions: 0.011 was seen
# on emulated phones, 0.014 in browsers without relaxed SIMD.
FLOAT_TOLERANCE, INT8_TOLERANCE = 1e-4, 3e-2


def random_recogniser():
    """Returns a Wav2Vec2ForCTC of the preset wav2vec2_tiny with seeded random weights."""
    import keras

    from keras_w2v2 import Vocabulary, Wav2Vec2ForCTC

    keras.utils.set_random_seed(SEED)
    model = Wav2Vec2ForCTC.from_preset("wav2vec2_tiny", vocabulary=Vocabulary.librispeech())
    model.head.kernel.assign(model.head.kernel * HEAD_SCALE)
    return model


def case(bundle, wanted, vocabulary, frames, tolerance, clear=False):
    """Returns one entry of cases.json.

    The text must be the same where the speech is `clear` to the model, or where no frame could
    change its best token within the tolerance.
    """
    best_two = np.sort(wanted, axis=-1)[:, -2:]
    margin = (best_two[:, 1] - best_two[:, 0]).min()
    transcript = greedy.decode(wanted, len(wanted), vocabulary, frames)
    return {
        "bundle": bundle,
        "wav": "speech.wav",
        "signature": "window_5s",
        "num_frames": len(wanted),
        "vocabulary_size": wanted.shape[1],
        "logits_base64": base64.b64encode(wanted.astype("<f4").tobytes()).decode(),
        "relative_tolerance": tolerance,
        "text": transcript.text,
        "words": [vars(word) for word in transcript.words],
        "same_text": clear or bool(margin > 2 * tolerance * np.abs(wanted).max()),
    }


def main():
    from keras_w2v2.data import audio
    from keras_w2v2.export import runner, tflite, verify

    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(golden.SPEECH, FOLDER / "speech.wav")
    shutil.copyfile(golden.RECOGNISER, FOLDER / "recogniser.tflite")
    waveform = audio.read(golden.SPEECH)
    _write_at_another_rate(waveform)
    model = random_recogniser()
    frames, cases = model.backbone.frames, []
    for variant in ("float32", "int8"):
        path = FOLDER / f"{variant}.tflite"
        tflite.export(model, path, variant=variant, windows=(2.0, 5.0), clips=[waveform])
        exact = variant == "float32"
        wanted = verify.keras_logits(model, waveform) if exact else _logits(runner, path, waveform)
        tolerance = FLOAT_TOLERANCE if exact else INT8_TOLERANCE
        cases.append(case(path.name, wanted, model.vocabulary, frames, tolerance))
    trained = runner.load(FOLDER / "recogniser.tflite", window=5.0)
    wanted, about = trained.logits(waveform), trained.metadata
    name = "recogniser.tflite"
    vocabulary, frames = about.vocabulary, about.frames
    cases.append(case(name, wanted, vocabulary, frames, INT8_TOLERANCE, clear=True))
    (FOLDER / "cases.json").write_text(json.dumps({"cases": cases}, indent=1), encoding="utf-8")
    for one in cases:
        print(f"{one['bundle']}: {one['text']!r}, the same text asked: {one['same_text']}")


def _write_at_another_rate(waveform, rate=44_100):
    """Writes the speech once more, as recorders write it that know nothing of recognisers."""
    import soundfile
    import soxr

    stereo = np.stack([soxr.resample(waveform, SAMPLE_RATE, rate)] * 2, axis=1)
    soundfile.write(FOLDER / f"speech_{rate}.wav", stereo, rate, subtype="PCM_24")


def _logits(runner, path, waveform):
    return runner.load(path, window=5.0).logits(waveform)


if __name__ == "__main__":
    main()
