"""The work of one shard: decode its clips, check them, write them. Runs in Beam's workers.

All that passes between `prepare` and a worker passes through files of one folder, so that it
makes no difference where the worker runs:

    task-00003.json       the clips and the limits      (written by prepare)
    progress-00003        "files done, samples kept"    (written by the worker, now and then)
    shard-00003.tfrecord  the clips
    result-00003.json     clips, rejected files, checksum; or the failure

A shard and its result appear whole or not at all: the work may be killed and done again, or done
twice at once, and the bytes are the same.
"""

import contextlib
import hashlib
import json
import os
import secrets
import time
from pathlib import Path

from keras_w2v2.data import audio, records, shards
from keras_w2v2.training.preparation import reading

_TELL_SECONDS = 0.2
_UNFINISHED = ".unfinished-"


def task_file(folder, number):
    """Returns the Path of a shard's task."""
    return Path(folder) / f"task-{number:05d}.json"


def shard_file(folder, number):
    """Returns the Path of a shard until all are done."""
    return Path(folder) / f"shard-{number:05d}.tfrecord"


def result_file(folder, number):
    """Returns the Path of what is told of a finished shard."""
    return Path(folder) / f"result-{number:05d}.json"


def progress_file(folder, number):
    """Returns the Path of how far a shard is."""
    return Path(folder) / f"progress-{number:05d}"


def read_result(folder, number):
    """Returns the dict that `write` left, None where it left none."""
    try:
        return json.loads(result_file(folder, number).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def is_finished(folder, number):
    """Returns whether a shard is written and whole."""
    result = read_result(folder, number)
    if result is None or "failure" in result:
        return False
    path = shard_file(folder, number)
    return path.is_file() and path.stat().st_size == result["bytes"]


def is_current(folder, number):
    """Returns whether a shard is finished and its audio files are as they were then."""
    if not is_finished(folder, number):
        return False
    task = json.loads(task_file(folder, number).read_text(encoding="utf-8"))
    return read_result(folder, number)["files"] == _stamp(task["entries"])


def read_progress(folder, numbers):
    """Returns (files done, samples kept) of all shards so far."""
    done = samples = 0
    for number in numbers:
        try:
            a, b, _ = progress_file(folder, number).read_text().split(" ")
        except (OSError, ValueError):  # not begun, or being written this moment
            continue
        done, samples = done + int(a), samples + int(b)
    return done, samples


def remove_unfinished(folder, numbers, keep=is_finished):
    """Removes what a worker that was killed has left of shards it did not finish.

    Args:
        folder: Path.
        numbers: iterable of int.
        keep: `is_finished` or `is_current`, which shards stay.
    """
    for path in Path(folder).glob(f"*{_UNFINISHED}*"):
        path.unlink(missing_ok=True)
    for number in numbers:
        if not keep(folder, number):
            for file in (shard_file, result_file, progress_file):
                file(folder, number).unlink(missing_ok=True)


@contextlib.contextmanager
def unfinished(path):
    """Yields another name to write a file under; a clean exit gives it its own, on the disk."""
    partial = path.with_name(f"{path.name}{_UNFINISHED}{secrets.token_hex(4)}")
    try:
        yield partial
        with open(partial, "rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write(place):
    """Writes one shard.

    Args:
        place: (str, int), the folder of the work, and the shard's number. A full disk becomes
            the result's "failure": an exception would come out of Beam as a traceback.
    """
    folder, number = Path(place[0]), place[1]
    import tensorflow as tf

    try:
        task = json.loads(task_file(folder, number).read_text(encoding="utf-8"))
        files = _stamp(task["entries"])
        with unfinished(shard_file(folder, number)) as path:
            result = _write_clips(task, path, progress_file(folder, number))
        result["files"] = files
    except tf.errors.OpError as error:
        result = {"failure": reading.first_line(error.message)}
    except FileNotFoundError:  # prepare was stopped and has cleared up
        return
    except OSError as error:
        result = {"failure": error.strerror or str(error)}
    try:
        with unfinished(result_file(folder, number)) as path:
            path.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    except FileNotFoundError:
        return
    except OSError as error:  # full to the last byte: make room for the few that say so
        shard_file(folder, number).unlink(missing_ok=True)
        result_file(folder, number).write_text(json.dumps({"failure": error.strerror}))


def _stamp(entries):
    """Returns a checksum of the sizes and times of audio files (str).

    A file that was mended since a stopped run is read again.
    """
    digest = hashlib.sha256()
    for entry in entries:
        try:
            found = os.stat(entry["path"])
            digest.update(f"{found.st_size} {found.st_mtime_ns};".encode())
        except OSError:
            digest.update(b"none;")
    return digest.hexdigest()


def _write_clips(task, path, progress):
    import tensorflow as tf

    clips, rejected, samples, told = [], [], 0, 0.0
    with tf.io.TFRecordWriter(str(path)) as writer:
        for done, entry in enumerate(task["entries"]):
            if time.monotonic() - told > _TELL_SECONDS:
                progress.write_text(f"{done} {samples} ")
                told = time.monotonic()
            try:
                found = reading.read(entry, task)
            except audio.AudioError as error:
                rejected.append({"path": entry["path"], "reason": error.reason})
                continue
            for name, pcm in found:
                texts = {key: entry[key] for key in ("transcript", "speaker", "language")}
                texts["id"] = name
                writer.write(records.serialize(pcm, **texts))
                digest = hashlib.blake2b(pcm.tobytes(), digest_size=16).hexdigest()
                clips.append(texts | {"num_samples": len(pcm), "audio": digest})
                samples += len(pcm)
    progress.write_text(f"{len(task['entries'])} {samples} ")
    size, checksum = path.stat().st_size, shards.sha256(path)
    return {"clips": clips, "rejected": rejected, "bytes": size, "sha256": checksum}
