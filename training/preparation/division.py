"""Which clip goes into which shard: the same on every machine, whatever the number of workers."""

import hashlib
import json
from dataclasses import asdict

from keras_w2v2.data import audio
from keras_w2v2.frames import SAMPLE_RATE

_SIZED_FILES = 64  # files whose length is looked up to guess the size of the corpus
_FEW_SHARDS = 8  # a small corpus still gets some shards, for workers and shuffling,
_CLIPS_A_SHARD = 64  # but not with fewer clips than this in each


def tasks(entries, limits, shard_bytes):
    """Deals clips to shards.

    The order is that of the hashed ids: as good as shuffled, so that shards are alike in size
    and every shard is a fair sample, and the same on every machine.

    Args:
        entries: list of manifests.Entry.
        limits: dict, what else a shard's work depends on.
        shard_bytes: float, size of a shard.

    Returns:
        list of str, the task of each shard as JSON, see `sharding`.
    """
    entries = sorted(entries, key=lambda entry: hashlib.sha256(entry.id.encode()).digest())
    few = min(_FEW_SHARDS, -(-len(entries) // _CLIPS_A_SHARD))
    count = max(1, few, int(-(-_guess_bytes(entries) // shard_bytes)))
    count = min(count, len(entries))
    bounds = [len(entries) * number // max(1, count) for number in range(count + 1)]
    return [
        json.dumps(
            {"entries": [asdict(entry) for entry in entries[start:end]], **limits},
            ensure_ascii=False,
        )
        for start, end in zip(bounds[:-1], bounds[1:], strict=True)
    ]


def _guess_bytes(entries):
    sample = entries[:_SIZED_FILES]
    seconds = [
        entry.num_samples / SAMPLE_RATE if entry.num_samples else audio.seconds_of(entry.path)
        for entry in sample
    ]
    return 2 * SAMPLE_RATE * sum(seconds) / max(1, len(sample)) * len(entries)
