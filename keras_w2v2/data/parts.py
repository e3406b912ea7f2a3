"""A worker's own shards: each of several readers reads a part of the files, and no other."""

import copy
import dataclasses
import itertools

from keras_w2v2.errors import UserError

_SEED_STEP = 7919  # readers draw their crops and orders apart


@dataclasses.dataclass(frozen=True)
class Part:
    """Which of several readers this is.

    The files of all folders are dealt out in turn. Every reader knows the table of all clips, so
    that lengths and batch sizes are the same everywhere; it makes 1/count of each batch.

    Attributes:
        number: int, this reader, from 0.
        count: int, readers.

    Example:
        >>> pipeline.pretraining_batches("shards", part=Part(0, 2), **arguments)
    """

    number: int
    count: int

    def of(self, indexes):
        """Returns the shards that this reader reads (list of ShardIndex)."""
        before = itertools.accumulate([len(index.shards) for index in indexes], initial=0)
        dealt = [
            _every(index, (self.number - start) % self.count, self.count)
            for index, start in zip(indexes, before, strict=False)
        ]
        return [index for index in dealt if index.shards]

    def batches_of(self, plan):
        """Returns the BatchPlan of this reader's share of every batch."""
        sizes = tuple(size // self.count for size in plan.batch_sizes)
        return dataclasses.replace(plan, batch_sizes=sizes)

    def seed_of(self, seed):
        """Returns the seed of this reader's orders and crops (int)."""
        return seed + _SEED_STEP * self.number


def require_clips(indexes, count, plan_of, mixture):
    """Refuses shards of which some reader would get nothing to train on.

    Args:
        indexes: list of ShardIndex, all of them.
        count: int, readers.
        plan_of: function of a list of ShardIndex to its BatchPlan; raises UserError without clips.
        mixture: mixing.Mixture of all shards, or None.

    Raises:
        UserError: fewer shards than readers, or a reader without a clip or without a language.
    """
    files = sum(len(index.shards) for index in indexes)
    mend = "prepare smaller shards (--shard-megabytes), or set data.own_shards=false"
    if files < count:
        raise UserError(
            f"data.own_shards: {count} workers share {files} "
            f"{'shard' if files == 1 else 'shards'}: {mend}"
        )
    for number in range(count):
        own = Part(number, count).of(indexes)
        try:
            plan = plan_of(own)
        except UserError as error:
            raise UserError(f"data.own_shards: worker {number} of {count}: {error}") from None
        missing = set(mixture.languages) - set(plan.mixture.languages) if mixture else ()
        if missing:
            names = ", ".join(sorted(name or "unnamed" for name in missing))
            raise UserError(
                f"data.own_shards: the shards of worker {number} of {count} hold no clip of the "
                f"languages {names}: {mend}"
            )


def _every(index, first, step):
    """Returns a ShardIndex of every `step`-th shard from `first` on, with their clips alone."""
    ends = list(itertools.accumulate(shard.clips for shard in index.shards))
    chosen = range(first, len(index.shards), step)
    part, table = copy.copy(index), index.table()
    part.shards = [index.shards[i] for i in chosen]
    part.files = [index.files[i] for i in chosen]
    part.clips = sum(shard.clips for shard in part.shards)
    part._table = [
        clip for i in chosen for clip in table[ends[i] - index.shards[i].clips : ends[i]]
    ]
    return part
