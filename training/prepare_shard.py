"""The work of one shard: decode its clips, check them, write them. Runs in Beam's workers.

All that passes between `prepare` and a worker passes through files in the `work` folder beside
the shards, so that it makes no difference where the worker runs:

    task-00003.json       the clips and the limits      (written by prepare)
    progress-00003        "files done, samples kept"    (written by the worker, now and then)
    result-00003.json     clips, rejected files, checksum; or the failure
"""

import json
import time
from pathlib import Path

from keras_w2v2.data import audio, records, shards
from keras_w2v2.frames import SAMPLE_RATE

WORK = "work"
_TELL_SECONDS = 0.2


def task_file(folder, number):
    """Returns the Path of a shard's task; makes its folder."""
    work = Path(folder) / WORK
    work.mkdir(exist_ok=True)
    return work / f"task-{number:05d}.json"


def shard_file(folder, number):
    """Returns the Path of a shard until all are done."""
    return Path(folder) / WORK / f"shard-{number:05d}.tfrecord"


def read_result(folder, number):
    """Returns the dict that `write` left."""
    path = Path(folder) / WORK / f"result-{number:05d}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def read_progress(folder, numbers):
    """Returns (files done, samples kept) of all shards so far."""
    done = samples = 0
    for number in numbers:
        try:
            text = (Path(folder) / WORK / f"progress-{number:05d}").read_text()
            a, b, _ = text.split(" ")
        except (OSError, ValueError):  # not begun, or being written this moment
            continue
        done, samples = done + int(a), samples + int(b)
    return done, samples


def write(place):
    """Writes one shard.

    Args:
        place: (str, int), the folder that holds `work`, and the shard's number. A full disk
            becomes the result's "failure": an exception would come out of Beam as a traceback.
    """
    folder, number = place
    import tensorflow as tf

    work = Path(folder) / WORK
    try:
        result = _write_clips(work, number, shard_file(folder, number))
    except tf.errors.OpError as error:
        result = {"failure": _first_line(error.message)}
    except OSError as error:
        if not work.is_dir():  # prepare was stopped and has cleared up
            return
        result = {"failure": error.strerror or str(error)}
    path = work / f"result-{number:05d}.json"
    try:
        path.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    except FileNotFoundError:
        return
    except OSError as error:  # full to the last byte: make room for the few that say so
        shard_file(folder, number).unlink(missing_ok=True)
        path.write_text(json.dumps({"failure": error.strerror}), encoding="utf-8")


def _write_clips(work, number, path):
    import tensorflow as tf

    task = json.loads((work / f"task-{number:05d}.json").read_text(encoding="utf-8"))
    progress = work / f"progress-{number:05d}"
    clips, rejected, samples, told = [], [], 0, 0.0
    with tf.io.TFRecordWriter(str(path)) as writer:
        for done, entry in enumerate(task["entries"]):
            if time.monotonic() - told > _TELL_SECONDS:
                progress.write_text(f"{done} {samples} ")
                told = time.monotonic()
            try:
                pcm = _samples(entry, task["min_samples"], task["max_samples"])
            except audio.AudioError as error:
                rejected.append({"path": entry["path"], "reason": error.reason})
                continue
            texts = {key: entry[key] for key in ("id", "transcript", "speaker", "language")}
            writer.write(records.serialize(pcm, **texts))
            clips.append(texts | {"num_samples": len(pcm)})
            samples += len(pcm)
    progress.write_text(f"{len(task['entries'])} {samples} ")
    return {"clips": clips, "rejected": rejected, "sha256": shards.sha256(path)}


def _samples(entry, least, most):
    """Returns the int16 samples of a clip that may be kept."""
    path = entry["path"]
    try:
        waveform, _ = audio.read_with_length(path, entry["num_samples"])
    except audio.AudioError:
        raise
    except Exception as error:  # whatever a decoder may meet, one file must not stop the rest
        reason = f"cannot be decoded ({type(error).__name__}: {_first_line(str(error))})"
        raise audio.AudioError(path, reason) from None
    seconds = len(waveform) / SAMPLE_RATE
    if len(waveform) < least:
        raise audio.AudioError(path, f"shorter than min_seconds: {seconds:.2f} s")
    if most is not None and len(waveform) > most:
        raise audio.AudioError(path, f"longer than max_seconds: {seconds:.2f} s")
    if audio.is_silent(waveform):
        raise audio.AudioError(path, "silent")
    return audio.to_int16(waveform)


def _first_line(text):
    return (text.strip().splitlines() or [""])[0][:200]
