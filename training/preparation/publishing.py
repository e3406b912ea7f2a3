"""From finished shards to the folder that is published: names for good, index, list of rejects."""

import os
import shutil
from pathlib import Path

from keras_w2v2.data import manifests, shards
from keras_w2v2.errors import UserError
from keras_w2v2.training.preparation import deduplication, sharding, summary, unfinished


class NoClipError(UserError):
    """A source of which not one clip can be kept."""


def gather(work, manifest, limits):
    """Fills `work.ready` with the shards under their final names, and what is told of them.

    Args:
        work: Workplace with every shard finished.
        manifest: manifests.Manifest, the source.
        limits: dict, what the index tells of how the source was read.

    Returns:
        ShardIndex.

    Raises:
        UserError: a shard failed, or not one clip is left.
    """
    results = [_result(work, number) for number in range(work.count)]
    rejected = _rejected(manifest, results)
    if not any(result["clips"] for result in results):
        raise NoClipError(
            f"no clip of '{manifest.path}' can be used: set aside "
            f"{summary.reasons(rejected)}; the first: '{rejected[0]['path']}': "
            f"{rejected[0]['reason']}"
        )
    unfinished.remove(work.ready)
    work.ready.mkdir()
    rows = [row for result in results for row in result["clips"]]
    duplicates = deduplication.find(rows)
    dropped = duplicates if limits["duplicates"] == "drop" else []
    rejected = _sorted(rejected + deduplication.as_rejected(dropped))
    files, clips = _place_shards(work, results, {item["id"] for item in dropped})
    _write_table(work.ready / summary.REJECTED, ("path", "reason"), rejected)
    if duplicates:
        _write_table(work.ready / summary.DUPLICATES, ("id", "same_as"), duplicates)
    return shards.write_index(
        work.ready,
        files,
        clips,
        source=_describe(manifest, limits),
        rejected=rejected,
        duplicates=duplicates,
    )


def _place_shards(work, results, dropped):
    """Returns (list of ShardFile, list of ClipInfo) of the shards, now under their final names."""
    kept = [[row for row in result["clips"] if row["id"] not in dropped] for result in results]
    full = [number for number, rows in enumerate(kept) if rows]
    files, clips = [], []
    for i, number in enumerate(full):
        name = f"shard-{i:05d}-of-{len(full):05d}.tfrecord"
        source, target = sharding.shard_file(work.folder, number), work.ready / name
        size, checksum = results[number]["bytes"], results[number]["sha256"]
        if len(kept[number]) < len(results[number]["clips"]):
            flags = [row["id"] not in dropped for row in results[number]["clips"]]
            deduplication.copy_without(source, target, flags)
            size, checksum = target.stat().st_size, shards.sha256(target)
        else:
            _link(source, target)
        rows = [
            shards.ClipInfo(**{key: row[key] for key in shards.COLUMNS}) for row in kept[number]
        ]
        samples = sum(row.num_samples for row in rows)
        files.append(shards.ShardFile(name, size, len(rows), samples, checksum))
        clips += rows
    return files, clips


def _result(work, number):
    result = sharding.read_result(work.folder, number)
    if result is None:
        raise UserError(f"preparing stopped: shard {number} was not written, start again")
    if "failure" in result:
        raise UserError(f"preparing stopped: {result['failure']}")
    return result


def _rejected(manifest, results):
    rejected = [{"path": path, "reason": reason} for path, reason in manifest.rejected]
    rejected += [
        {"path": manifests.shown(item["path"], manifest.base), "reason": item["reason"]}
        for result in results
        for item in result["rejected"]
    ]
    return _sorted(rejected)


def _sorted(rejected):
    return sorted(rejected, key=lambda item: (item["path"], item["reason"]))


def _link(source, target):
    """Gives a shard a second name, so that a kill before publication costs nothing."""
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.move(source, target)


def _write_table(path, columns, rows):
    # A file name may hold what separates fields and lines.
    escapes = str.maketrans({"\t": r"\t", "\n": r"\n", "\r": r"\r"})
    fields = [[row[key].translate(escapes) for key in columns] for row in rows]
    lines = ["\t".join(row) for row in [columns, *fields]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _describe(manifest, limits):
    path = Path(manifest.path)
    checksum = {"sha256": shards.sha256(path)} if path.is_file() else {}
    listed = len(manifest.entries) + len(manifest.rejected)
    return {"path": manifest.path, "format": manifest.format, "clips": listed} | checksum | limits
