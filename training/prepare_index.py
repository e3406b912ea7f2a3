"""From finished shards to the folder that is published: names for good, index, list of rejects."""

import os
import shutil
from collections import Counter
from pathlib import Path

from keras_w2v2.data import manifests, shards
from keras_w2v2.errors import UserError
from keras_w2v2.training import prepare_shard, prepare_work

REJECTED = "rejected.tsv"


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
            f"no clip of '{manifest.path}' can be used: set aside {reasons(rejected)}; the first: "
            f"'{rejected[0]['path']}': {rejected[0]['reason']}"
        )
    prepare_work.remove(work.ready)
    work.ready.mkdir()
    full = [(number, result) for number, result in enumerate(results) if result["clips"]]
    files, clips = [], []
    for i, (number, result) in enumerate(full):
        name = f"shard-{i:05d}-of-{len(full):05d}.tfrecord"
        _place(prepare_shard.shard_file(work.folder, number), work.ready / name)
        rows = [shards.ClipInfo(**row) for row in result["clips"]]
        samples = sum(row.num_samples for row in rows)
        files.append(shards.ShardFile(name, result["bytes"], len(rows), samples, result["sha256"]))
        clips += rows
    _write_rejected(work.ready / REJECTED, rejected)
    return shards.write_index(
        work.ready, files, clips, source=_describe(manifest, limits), rejected=rejected
    )


def reasons(rejected):
    """Returns "3 files: 2 too short, 1 missing file"."""
    kinds = Counter(item["reason"].split(":")[0].split(" (")[0] for item in rejected)
    parts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(8))
    return f"{len(rejected)} file{'s' * (len(rejected) != 1)}: {parts}"


def _result(work, number):
    result = prepare_shard.read_result(work.folder, number)
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
    return sorted(rejected, key=lambda item: (item["path"], item["reason"]))


def _place(source, target):
    """Gives a shard a second name, so that a kill before publication costs nothing."""
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.move(source, target)


def _write_rejected(path, rejected):
    lines = ["path\treason", *(f"{item['path']}\t{item['reason']}" for item in rejected)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _describe(manifest, limits):
    path = Path(manifest.path)
    checksum = {"sha256": shards.sha256(path)} if path.is_file() else {}
    listed = len(manifest.entries) + len(manifest.rejected)
    return {"path": manifest.path, "format": manifest.format, "clips": listed} | checksum | limits
