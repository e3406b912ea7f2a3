"""The demo's last test: every form of the recogniser reads every test clip, side by side."""

import time

from keras_w2v2.frames import SAMPLE_RATE

MUST_AGREE = ("Keras", "SavedModel", "TFLite float32")


def read(work):
    """Reads the test clips with each form, one clip at a time, and one WAV file with int8.

    Returns:
        dict with "forms" (name -> sizes, speeds, error rates and texts), "differing" (clip ids
        that the float32 forms do not read alike) and "wav" (what int8 reads in a file).
    """
    from keras_w2v2.data import pipeline
    from keras_w2v2.training import recognizer

    clips = list(pipeline.clips(work.shards("test")))
    forms, texts = {}, {}
    with work.progress("reading", len(clips) * len(work.exports), "clips") as shown:
        for name, path in work.exports.items():
            reader = recognizer.load(path)
            forms[name], texts[name] = _read_all(reader, clips, shown)
            forms[name]["megabytes"] = _megabytes(path)
        wav = _read_wav(reader, work)  # the last form is int8
    differing = [
        clip.id
        for number, clip in enumerate(clips)
        if len({texts[name][number] for name in MUST_AGREE}) > 1
    ]
    for name, form in forms.items():
        same = sum(a == b for a, b in zip(texts[name], texts["Keras"], strict=True))
        form["same_text"] = same / len(clips)
    return {"forms": forms, "differing": differing, "clips": len(clips), "wav": wav}


def _read_all(reader, clips, shown):
    from keras_w2v2.training import error_rates

    reader.transcribe(clips[0].waveform)  # the first run allocates and traces
    errors, texts, took = error_rates.Errors(), [], 0.0
    for clip in clips:
        began = time.perf_counter()
        text = reader.transcribe(clip.waveform).text
        took += time.perf_counter() - began
        texts.append(text)
        seconds = len(clip.waveform) / SAMPLE_RATE
        reference = reader.normalizer(clip.transcript)
        errors.add(error_rates.count(reference, reader.normalizer(text), seconds))
        shown.update(shown.done + 1)
    figures = {
        "milliseconds_per_clip": 1000 * took / len(clips),
        "times_real_time": errors.seconds / took,
        "character_error_rate": errors.character_error_rate,
        "word_error_rate": errors.word_error_rate,
    }
    return figures, texts


def _read_wav(reader, work):
    from keras_w2v2.data import audio

    line = (work.corpus / "test.tsv").read_text(encoding="utf-8").splitlines()[2]
    name, speaker, _, said = line.split("\t")
    transcript = reader.transcribe(audio.read(work.corpus / name))
    words = [[word.text, word.start, word.end] for word in transcript.words]
    return {
        "file": str(work.corpus / name),
        "voice": speaker,
        "said": said,
        "read": transcript.text,
        "words": words,
    }


def _megabytes(path):
    if (path / "model.keras").is_file():
        path = path / "model.keras"
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6
