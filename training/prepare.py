"""Recordings to shards: reads a source, decodes on Apache Beam, writes a folder whole."""

import hashlib
import json
import math
import os
import shutil
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from keras_w2v2.data import audio, manifests, shards
from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.training import prepare_shard

_SIZED_FILES = 64  # files whose length is looked up to guess the size of the corpus
_FEW_SHARDS = 8  # a small corpus still gets some shards, for workers and shuffling,
_CLIPS_A_SHARD = 64  # but not with fewer clips than this in each


@dataclass(frozen=True)
class Summary:
    """What `prepare` made.

    Attributes:
        folder: Path of the shards.
        clips, labelled, speakers, shards: int.
        hours: float.
        rejected: list of {"path", "reason"}, every file set aside.
    """

    folder: Path
    clips: int
    labelled: int
    speakers: int
    shards: int
    hours: float
    rejected: list

    def __str__(self):
        length = f"{self.hours:.2f} h" if self.hours >= 1 else f"{60 * self.hours:.1f} min"
        made = (
            f"{self.clips} clips ({self.labelled} with transcript), {length}, "
            f"{self.speakers} speakers, in '{self.folder}' (shards: {self.shards})"
        )
        if not self.rejected:
            return made
        listed = self.folder / shards.INDEX
        return f"{made}\nset aside {_reasons(self.rejected)} (each listed in '{listed}')"


def prepare(
    source,
    out,
    *,
    manifest_format=None,
    language=None,
    min_seconds=0.0,
    max_seconds=None,
    shard_megabytes=64,
    num_workers=1,
    overwrite=False,
    progress=None,
    beam_options=(),
):
    """Turns recordings into a folder of shards that training reads.

    Files that cannot serve are set aside with a reason each. The folder appears whole at the end;
    until then the work lies in `.<out>.partial` beside it, which a failed or interrupted run
    removes and the next start replaces. The same source gives the same bytes whatever the number
    of workers.

    Args:
        source: str or path of a manifest, corpus tree or folder; see `data.manifests.read`.
        out: str or path of the folder to make.
        manifest_format: "tsv", "librispeech", "commonvoice", "folder", or None to find it out.
        language: str or None, language of the clips where the source does not tell it.
        min_seconds, max_seconds: float or None, clips beyond are set aside.
        shard_megabytes: float, size of a shard (64 MB hold 35 minutes).
        num_workers: int, processes that decode.
        overwrite: bool, replace shards that are already in `out`.
        progress: function of (files done, files in all, seconds of audio kept), called about
            five times a second and once at the end, or None.
        beam_options: sequence of str, options of Apache Beam, such as "--runner=FlinkRunner"; all
            workers must see the same file system. By default the runner inside Beam's package.

    Returns:
        Summary.

    Raises:
        UserError: a source that cannot be read or gives no clip, an `out` that is taken, a full
            or read-only disk; nothing is left behind.

    Example:
        >>> print(prepare("LibriSpeech/dev-clean", "shards/dev-clean", num_workers=2))
    """
    out = Path(os.path.abspath(out))
    _check_arguments(out, overwrite, min_seconds, max_seconds, shard_megabytes, num_workers)
    manifest = manifests.read(source, manifest_format, language)
    partial = out.with_name(f".{out.name}.partial")
    made = [folder for folder in partial.parents if not folder.exists()]
    limits = {
        "min_samples": round(min_seconds * SAMPLE_RATE),
        "max_samples": None if max_seconds is None else round(max_seconds * SAMPLE_RATE),
    }
    finished = False
    try:
        _remove(partial)
        partial.mkdir(parents=True)
        numbers = _write_tasks(partial, manifest, limits, shard_megabytes * 1e6)
        _decode(partial, numbers, manifest, num_workers, beam_options, progress)
        index = _gather(partial, numbers, manifest, limits)
        _publish(partial, out)
        finished = True
    except OSError as error:
        raise UserError(f"'{out}' cannot be written: {error.strerror or error}") from None
    finally:
        if not finished:
            _remove(partial)
            _remove_empty(made)
    counts = index.content["counts"]
    return Summary(
        folder=out,
        clips=index.clips,
        labelled=counts["labelled"],
        speakers=len(index.content["speakers"]),
        shards=len(index.files),
        hours=index.hours,
        rejected=index.content["rejected"],
    )


def _check_arguments(out, overwrite, min_seconds, max_seconds, shard_megabytes, num_workers):
    if out.exists():
        ours = (out / shards.INDEX).is_file()
        if ours and not overwrite:
            raise UserError(
                f"'{out}' already holds shards: name another folder, remove it, or ask to overwrite"
            )
        if not ours and (not out.is_dir() or any(out.iterdir())):
            raise UserError(f"'{out}' exists and holds other things: name a new folder")
    numbers = [min_seconds, shard_megabytes, *([] if max_seconds is None else [max_seconds])]
    if not all(map(math.isfinite, numbers)):
        raise UserError("min_seconds, max_seconds and shard_megabytes must be finite numbers")
    if max_seconds is not None and max_seconds <= max(min_seconds, 0):
        raise UserError(f"max_seconds {max_seconds:g} must be above min_seconds {min_seconds:g}")
    if num_workers < 1 or shard_megabytes <= 0:
        raise UserError(
            f"num_workers {num_workers} must be at least 1 and shard_megabytes "
            f"{shard_megabytes:g} above 0"
        )


def _write_tasks(folder, manifest, limits, shard_bytes):
    """Deals the clips to shards and writes what each shard shall hold; returns their numbers.

    The order is that of the hashed ids: as good as shuffled, so that shards are alike in size
    and every shard is a fair sample, and the same on every machine.
    """
    entries = sorted(manifest.entries, key=lambda e: hashlib.sha256(e.id.encode()).digest())
    few = min(_FEW_SHARDS, -(-len(entries) // _CLIPS_A_SHARD))
    count = max(1, few, int(-(-_guess_bytes(entries) // shard_bytes)))
    count = min(count, len(entries))
    for number in range(count):
        start, end = (len(entries) * i // count for i in (number, number + 1))
        task = {"entries": [asdict(entry) for entry in entries[start:end]], **limits}
        path = prepare_shard.task_file(folder, number)
        path.write_text(json.dumps(task, ensure_ascii=False), encoding="utf-8")
    return list(range(count))


def _guess_bytes(entries):
    sample = entries[:_SIZED_FILES]
    seconds = [
        entry.num_samples / SAMPLE_RATE if entry.num_samples else audio.seconds_of(entry.path)
        for entry in sample
    ]
    return 2 * SAMPLE_RATE * sum(seconds) / max(1, len(sample)) * len(entries)


def _decode(folder, numbers, manifest, num_workers, beam_options, progress):
    """Runs the pipeline and reports how far it is."""
    from keras_w2v2.training import beam_run

    before, total = len(manifest.rejected), len(manifest.rejected) + len(manifest.entries)

    def tell():
        if progress is not None:
            done, samples = prepare_shard.read_progress(folder, numbers)
            progress(before + done, total, samples / SAMPLE_RATE)

    elements = [(str(folder), number) for number in numbers]
    log = folder / prepare_shard.WORK / "workers.log"
    beam_run.for_each(prepare_shard.write, elements, num_workers, beam_options, tell, log)


def _gather(folder, numbers, manifest, limits):
    """Names the shards for good and writes the index over them."""
    results = [prepare_shard.read_result(folder, number) for number in numbers]
    for failure in (result["failure"] for result in results if "failure" in result):
        raise UserError(f"preparing stopped: {failure}")
    rejected = [{"path": path, "reason": reason} for path, reason in manifest.rejected]
    rejected += [
        {"path": manifests.shown(item["path"], manifest.base), "reason": item["reason"]}
        for result in results
        for item in result["rejected"]
    ]
    rejected.sort(key=lambda item: (item["path"], item["reason"]))
    full = [(n, result) for n, result in zip(numbers, results, strict=True) if result["clips"]]
    if not full:
        raise UserError(
            f"no clip of '{manifest.path}' can be used: set aside {_reasons(rejected)}; the first: "
            f"'{rejected[0]['path']}': {rejected[0]['reason']}"
        )
    files, clips = [], []
    for i, (number, result) in enumerate(full):
        name = f"shard-{i:05d}-of-{len(full):05d}.tfrecord"
        prepare_shard.shard_file(folder, number).rename(folder / name)
        rows = [shards.ClipInfo(**row) for row in result["clips"]]
        samples = sum(row.num_samples for row in rows)
        size = (folder / name).stat().st_size
        files.append(shards.ShardFile(name, size, len(rows), samples, result["sha256"]))
        clips += rows
    shutil.rmtree(folder / prepare_shard.WORK)
    return shards.write_index(
        folder, files, clips, source=_describe(manifest, limits), rejected=rejected
    )


def _describe(manifest, limits):
    path = Path(manifest.path)
    checksum = {"sha256": shards.sha256(path)} if path.is_file() else {}
    listed = len(manifest.entries) + len(manifest.rejected)
    return {"path": manifest.path, "format": manifest.format, "clips": listed} | checksum | limits


def _publish(partial, out):
    """Gives the finished folder its name; shards that it replaces go last."""
    old = out.with_name(f".{out.name}.old")
    if out.exists():
        _remove(old)
        out.rename(old)
    partial.rename(out)
    _remove(old)


def _remove(folder):
    """Removes a folder tree, also while a worker that has yet to notice writes into it."""
    for _ in range(40):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)
    raise UserError(f"'{folder}' cannot be removed: remove it by hand and start again")


def _remove_empty(folders):
    for folder in folders:
        try:
            os.rmdir(folder)
        except OSError:
            return


def _reasons(rejected):
    """Returns "3 files: 2 too short, 1 missing file"."""
    kinds = Counter(item["reason"].split(":")[0].split(" (")[0] for item in rejected)
    parts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(8))
    return f"{len(rejected)} file{'s' * (len(rejected) != 1)}: {parts}"
