"""Shards on disk: TFRecord files, `index.json` and the table of clips.

A folder of shards holds

    index.json                      what is in the folder, see `ShardIndex`
    clips.tsv                       a line a clip: id, num_samples, speaker, language, transcript
    shard-00000-of-00008.tfrecord   the clips, 16 kHz int16 PCM

The table repeats the small columns of the shards, so that lengths and transcripts can be looked
at without reading the audio.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE

FORMAT_VERSION = 1
INDEX, TABLE = "index.json", "clips.tsv"
COLUMNS = ("id", "num_samples", "speaker", "language", "transcript")
HISTOGRAM_BIN = SAMPLE_RATE // 2  # samples in a bin of the length histogram


@dataclass(frozen=True)
class ClipInfo:
    """A line of the table of clips: all of a clip but its audio."""

    id: str
    num_samples: int
    speaker: str
    language: str
    transcript: str


@dataclass(frozen=True)
class ShardFile:
    """One shard file: its name in the folder, size in bytes, clips, samples and checksum."""

    name: str
    bytes: int
    clips: int
    samples: int
    sha256: str


class ShardIndex:
    """A folder of shards, opened and checked.

    Attributes:
        folder: Path.
        content: dict, `index.json` as parsed.
        files: list of str, paths of the shards in order.
        clips: int, number of clips.
        hours: float.

    Example:
        >>> index = ShardIndex.load("shards")
        >>> index.clips, index.hours, len(index.transcripts())
    """

    def __init__(self, folder, content):
        self.folder = Path(folder)
        self.content = content
        self.shards = [ShardFile(**shard) for shard in content["shards"]]
        self.files = [str(self.folder / shard.name) for shard in self.shards]
        self.clips = content["counts"]["clips"]
        self.hours = content["hours"]
        self._table = None

    @classmethod
    def load(cls, folder):
        """Opens a folder of shards; checks that every file is there in its full size.

        Raises:
            UserError: no index, one of another format or sample rate, a missing or cut shard.
        """
        folder = Path(folder)
        content = _parsed(folder)
        try:
            index = cls(folder, content)
            sizes = [(shard.name, shard.bytes) for shard in index.shards]
            sizes.append((TABLE, content["table"]["bytes"]))
        except (KeyError, TypeError) as error:
            raise _damaged(folder / INDEX, f"{type(error).__name__}: {error}") from None
        for name, size in sizes:
            path = folder / name
            if not path.is_file():
                raise _damaged(path, "the file is missing")
            if path.stat().st_size != size:
                raise _damaged(path, f"{path.stat().st_size} bytes instead of {size}")
        return index

    def verify(self):
        """Reads every file and compares its SHA-256 with the index.

        Raises:
            UserError: a file has changed; the message names it.
        """
        recorded = [(shard.name, shard.sha256) for shard in self.shards]
        for name, checksum in [*recorded, (TABLE, self.content["table"]["sha256"])]:
            if sha256(self.folder / name) != checksum:
                raise _damaged(self.folder / name, "its checksum differs from the index")

    def checksum(self):
        """Returns the SHA-256 of the index, which lists those of all other files (str)."""
        return sha256(self.folder / INDEX)

    def table(self):
        """Returns the ClipInfo of every clip, in the order of the shards (list)."""
        if self._table is None:
            path = self.folder / TABLE
            try:
                self._table = _read_table(path)
            except (ValueError, TypeError) as error:
                raise _damaged(path, str(error)) from None
            if len(self._table) != self.clips:
                raise _damaged(path, f"{len(self._table)} clips instead of {self.clips}")
        return self._table

    def transcripts(self):
        """Returns the transcripts of the labelled clips, in the order of the shards (list)."""
        return [clip.transcript for clip in self.table() if clip.transcript]

    def languages(self):
        """Returns the languages of the clips, "" for clips without one (set of str)."""
        return {clip.language for clip in self.table()}

    def __len__(self):
        return self.clips

    def __repr__(self):
        return f"<ShardIndex '{self.folder}': {self.clips} clips, {self.hours:.2f} h>"


def load_all(folders):
    """Opens one folder of shards or several.

    Args:
        folders: str, path, or list of them.

    Returns:
        list of ShardIndex.

    Raises:
        UserError: no folder given, or one of them is wrong.
    """
    if isinstance(folders, (str, Path)):
        folders = [folders]
    if not folders:
        raise UserError("no shards given: name at least one folder that `prepare` made")
    return [ShardIndex.load(folder) for folder in folders]


def write_index(folder, shards, clips, *, source, rejected, duplicates=()):
    """Writes `clips.tsv` and `index.json` beside shards that are already in the folder.

    Args:
        folder: Path.
        shards: list of ShardFile.
        clips: list of ClipInfo in the order of the shards.
        source: dict, what the clips were read from.
        rejected: list of {"path", "reason"}.
        duplicates: list of {"id", "same_as"}, clips that repeat the audio of another.

    Returns:
        ShardIndex.
    """
    table = folder / TABLE
    with open(table, "w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(COLUMNS) + "\n")
        file.writelines("\t".join(str(getattr(c, k)) for k in COLUMNS) + "\n" for c in clips)
    samples = sum(clip.num_samples for clip in clips)
    content = {
        "format_version": FORMAT_VERSION,
        "sample_rate": SAMPLE_RATE,
        "encoding": "int16 little-endian mono PCM",
        "counts": {
            "clips": len(clips),
            "labelled": sum(bool(clip.transcript) for clip in clips),
            "rejected": len(rejected),
            "samples": samples,
        },
        "hours": round(samples / SAMPLE_RATE / 3600, 6),
        "speakers": _counts(clip.speaker for clip in clips),
        "languages": _counts(clip.language for clip in clips),
        "hours_by_speaker": _hours((clip.speaker, clip) for clip in clips),
        "hours_by_language": _hours((clip.language, clip) for clip in clips),
        "length_histogram": {
            "bin_samples": HISTOGRAM_BIN,
            "clips": _histogram([clip.num_samples for clip in clips]),
        },
        "shards": [vars(shard) for shard in shards],
        "table": {"name": TABLE, "bytes": table.stat().st_size, "sha256": sha256(table)},
        "source": source,
        "rejected": rejected,
        "duplicates": list(duplicates),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")
    return ShardIndex(folder, content)


def sha256(path):
    """Returns the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _parsed(folder):
    path = folder / INDEX
    if folder.is_file():
        raise UserError(
            f"shards: '{folder}' is a file: give the folder that `keras-w2v2 prepare` made"
        )
    if not folder.is_dir():
        raise UserError(f"shards: '{folder}' does not exist: make it with `keras-w2v2 prepare`")
    if not path.is_file():
        raise UserError(
            f"shards: '{folder}' holds no {INDEX}: make shards of it with `keras-w2v2 prepare`"
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from None
    if not isinstance(content, dict) or content.get("format_version") != FORMAT_VERSION:
        version = content.get("format_version") if isinstance(content, dict) else None
        raise UserError(
            f"shards: '{path}' has format version {version}, this program reads "
            f"{FORMAT_VERSION}: prepare the audio again"
        )
    if content.get("sample_rate") != SAMPLE_RATE:
        raise UserError(
            f"shards: '{folder}' holds audio at {content.get('sample_rate')} Hz, the models read "
            f"{SAMPLE_RATE}: prepare the audio again"
        )
    return content


def _damaged(path, why):
    return UserError(f"shards: '{path}' is damaged ({why}): copy it again or prepare again")


def _read_table(path):
    clips = []
    with open(path, encoding="utf-8", newline="\n") as file:
        if next(file, "").rstrip("\n").split("\t") != list(COLUMNS):
            raise ValueError("its header is not " + " ".join(COLUMNS))
        for line in file:
            id, num_samples, *rest = line.rstrip("\n").split("\t")
            clips.append(ClipInfo(id, int(num_samples), *rest))
    return clips


def _counts(names):
    return dict(sorted(Counter(name for name in names if name).items()))


def _hours(named_clips):
    samples = Counter()
    for name, clip in named_clips:
        if name:
            samples[name] += clip.num_samples
    return {name: round(samples[name] / SAMPLE_RATE / 3600, 6) for name in sorted(samples)}


def _histogram(lengths):
    bins = Counter(length // HISTOGRAM_BIN for length in lengths)
    return [bins[i] for i in range(max(bins, default=-1) + 1)]
