"""What a user has, as a list of clips to prepare: manifests, corpus trees, folders of audio."""

from dataclasses import dataclass, field
from pathlib import Path

from keras_w2v2.data.audio import SUFFIXES
from keras_w2v2.errors import UserError, nearest

FORMATS = ("tsv", "librispeech", "commonvoice", "folder")
REQUIRED = {"tsv": ("path", "transcript"), "commonvoice": ("path", "sentence")}


@dataclass(frozen=True)
class Entry:
    """One clip to prepare.

    Attributes:
        path: str, absolute or relative to the working directory.
        id: str, unique in the manifest.
        transcript, speaker, language: str, "" where unknown.
        num_samples: int or None, the length that the manifest promises.
    """

    path: str
    id: str
    transcript: str = ""
    speaker: str = ""
    language: str = ""
    num_samples: int | None = None


@dataclass
class Manifest:
    """The clips of a source, and what of it cannot be used.

    Attributes:
        path: str, the source as given.
        format: str, one of `FORMATS`.
        entries: list of Entry.
        rejected: list of (path, reason).
        base: Path, the folder to which the source's paths are relative.
    """

    path: str
    format: str
    base: Path
    entries: list = field(default_factory=list)
    rejected: list = field(default_factory=list)


def read(source, manifest_format=None, language=None):
    """Reads a source of clips; finds its format out where it is not told.

    - "tsv": a header line and a line a clip, separated by tabs, without quoting. Columns: path
      (relative to the manifest's folder), transcript ("" for unlabelled), and if present speaker,
      language, num_samples; others are ignored.
    - "librispeech": a folder tree with `*.trans.txt` files; ids are speaker-chapter-utterance.
    - "commonvoice": a Common Voice TSV (path, sentence, client_id, locale) beside `clips/`.
    - "folder": every audio file below a folder, without transcripts. It is chosen last: a folder
      that holds a manifest is read by it.

    Args:
        source: str or path of a file or folder.
        manifest_format: one of `FORMATS`, or None to find it out.
        language: str or None, the language of the clips that the source does not tell.

    Returns:
        Manifest.

    Raises:
        UserError: missing source, nothing in it, an unknown format, a missing column.

    Example:
        >>> manifests.read("LibriSpeech/dev-clean").entries[0].transcript
    """
    source = Path(source)
    if manifest_format is not None and manifest_format not in FORMATS:
        raise UserError(
            f"unknown manifest format '{manifest_format}'{nearest(manifest_format, FORMATS)}; "
            f"known: {', '.join(FORMATS)}"
        )
    if not source.exists():
        raise UserError(f"'{source}' does not exist: name a manifest or a folder of audio")
    source, manifest_format = _detect(source, manifest_format)
    readers = {"librispeech": _librispeech, "folder": _folder}
    reader = readers.get(manifest_format, _table)
    manifest = Manifest(str(source), manifest_format, _base(source, manifest_format))
    reader(source, manifest)
    if not manifest.entries and not manifest.rejected:
        raise UserError(f"'{source}' lists no clips: name a manifest or folder that does")
    _keep_readable(manifest)
    _keep_unique(manifest)
    if language:
        manifest.entries = [
            entry if entry.language else Entry(**vars(entry) | {"language": language})
            for entry in manifest.entries
        ]
    return manifest


def _detect(source, manifest_format):
    """Returns the file or folder to read and its format."""
    if source.is_file():
        if manifest_format in ("librispeech", "folder"):
            raise UserError(f"'{source}' is a file: format '{manifest_format}' wants a folder")
        return source, manifest_format or _table_format(_header(source))
    if manifest_format in ("librispeech", "folder"):
        return source, manifest_format
    tables = _tables_in(source, manifest_format)
    if len(tables) > 1:
        names = ", ".join(path.name for path, _ in tables[:6])
        raise UserError(
            f"'{source}' holds several manifests ({names}): name the one to prepare, or take all "
            "audio without transcripts with the format 'folder'"
        )
    if tables:
        return tables[0]
    if manifest_format:
        raise UserError(f"'{source}' holds no manifest of the format '{manifest_format}'")
    is_librispeech = next(source.rglob("*.trans.txt"), None) is not None
    return source, "librispeech" if is_librispeech else "folder"


def _base(source, manifest_format):
    if source.is_dir():
        return source
    return source.parent / "clips" if manifest_format == "commonvoice" else source.parent


def _tables_in(folder, manifest_format):
    """Returns (path, format) of the manifests that lie directly in a folder."""
    tables = []
    for path in sorted(folder.glob("*.tsv")):
        try:
            header = _header(path)
        except UserError:
            continue
        kind = _table_format(header)
        if set(REQUIRED[kind]) <= set(header) and manifest_format in (None, kind):
            tables.append((path, kind))
    return tables


def _table_format(header):
    return "commonvoice" if "sentence" in header and "transcript" not in header else "tsv"


def _header(path):
    """Returns the column names of a table; refuses files that are no text."""
    what = "is an audio file" if path.suffix.lower() in SUFFIXES else ""
    try:
        with open(path, "rb") as file:
            line = file.readline(1 << 16).decode("utf-8-sig")
    except UnicodeDecodeError:
        what = what or "is no UTF-8 text file"
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
    if what:
        raise UserError(f"'{path}' {what}: name a tab-separated manifest or a folder of audio")
    return line.rstrip("\r\n").split("\t")


def _table(path, manifest):
    """Reads a tab-separated table: our own or Common Voice's."""
    header = _header(path)
    for column in REQUIRED[manifest.format]:
        if column not in header:
            raise UserError(
                f"'{path}' lacks the column '{column}' in its header ({', '.join(header)[:80]}): "
                f"the first line must name {', '.join(REQUIRED[manifest.format])}, "
                "separated by tabs"
            )
    try:
        with open(path, encoding="utf-8-sig", newline="\n") as file:
            next(file)
            for number, line in enumerate(file, start=2):
                line = line.rstrip("\r\n")
                if line.strip():
                    _add_line(line, f"line {number}", header, manifest)
    except UnicodeDecodeError as error:
        raise UserError(f"'{path}' is not UTF-8 text ({error.reason}): convert it") from None


def _add_line(line, place, header, manifest):
    fields = line.split("\t")
    row = dict(zip(header, fields, strict=False))
    name = row["path"].strip() if "path" in row else ""
    if len(fields) != len(header):
        reason = f"bad line: {place} has {len(fields)} fields, the header {len(header)}"
        manifest.rejected.append((name or place, reason))
        return
    if not name:
        manifest.rejected.append((place, f"bad line: {place} has no path"))
        return
    if manifest.format == "commonvoice":
        row = {
            "transcript": row["sentence"],
            "speaker": row.get("client_id", ""),
            "language": row.get("locale", ""),
        }
    promised = row.get("num_samples", "").strip()
    if promised and not (promised.isascii() and promised.isdigit()):
        reason = f"bad line: {place} has num_samples '{promised}', no number"
        manifest.rejected.append((name, reason))
        return
    texts = {key: clean(row.get(key, "")) for key in ("transcript", "speaker", "language")}
    length = int(promised) if promised else None
    manifest.entries.append(
        Entry(str(manifest.base / name), clean(name), **texts, num_samples=length)
    )


def _librispeech(folder, manifest):
    """Reads `<speaker>/<chapter>/<speaker>-<chapter>.trans.txt` and the audio beside them."""
    listed = set()
    for path in sorted(folder.rglob("*.trans.txt")):
        beside = {file.stem: file for file in sorted(path.parent.iterdir()) if _is_audio(file)}
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except UnicodeDecodeError:
            manifest.rejected.append((_relative(path, folder), "not UTF-8 text"))
            continue
        for line in filter(str.strip, lines):
            utterance, _, transcript = line.strip().partition(" ")
            audio = beside.get(utterance, path.parent / f"{utterance}.flac")
            listed.add(audio)
            entry = Entry(
                str(audio),
                utterance,
                transcript=clean(transcript),
                speaker=clean(utterance.split("-")[0]),
            )
            manifest.entries.append(entry)
    if not manifest.entries and not manifest.rejected:
        raise UserError(f"'{folder}' holds no *.trans.txt: is it a LibriSpeech tree?")
    for path in audio_below(folder):
        if path not in listed:
            manifest.rejected.append((_relative(path, folder), "not in any .trans.txt"))


def _folder(folder, manifest):
    for path in audio_below(folder):
        manifest.entries.append(Entry(str(path), clean(_relative(path, folder))))
    if not manifest.entries:
        raise UserError(f"'{folder}' holds no audio files ({' '.join(SUFFIXES)})")


def audio_below(folder):
    """Returns the paths of all audio files below a folder, hidden ones left out (sorted list)."""
    return sorted(path for path in folder.rglob("*") if _is_audio(path))


def _is_audio(path):
    hidden = path.name.startswith(".")  # such as the ._ files of macOS archives
    return path.suffix.lower() in SUFFIXES and not hidden and not path.is_dir()


def _relative(path, folder):
    return path.relative_to(folder).as_posix()


def shown(path, base):
    """Returns a clip's path as the source names it: relative to its base where it lies below."""
    path = Path(path)
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path)


def _keep_readable(manifest):
    """Sets aside what no index, table or terminal could name: file names that are not UTF-8."""
    manifest.rejected = [(_printable(path), reason) for path, reason in manifest.rejected]
    kept = []
    for entry in manifest.entries:
        if _printable(entry.path) == entry.path:
            kept.append(entry)
        else:
            path = shown(entry.path, manifest.base)
            manifest.rejected.append((_printable(path), "file name is not UTF-8"))
    manifest.entries = kept


def _printable(text):
    return text.encode("utf-8", "backslashreplace").decode()


def _keep_unique(manifest):
    """Sets repeated clips aside, and shortens ids by the suffix where they stay unique."""
    seen, kept = set(), []
    for entry in manifest.entries:
        if entry.id in seen:
            manifest.rejected.append((entry.id, "listed twice"))
            continue
        seen.add(entry.id)
        kept.append(entry)
    stems = {}
    for entry in kept:
        stems.setdefault(_stem(entry.id), []).append(entry)
    manifest.entries = [
        Entry(**vars(entry) | {"id": _stem(entry.id)})
        if len(stems[_stem(entry.id)]) == 1
        else entry
        for entry in kept
    ]


def _stem(id):
    return id[: -len(Path(id).suffix)] if Path(id).suffix.lower() in SUFFIXES else id


def clean(text):
    """Returns a text that fits a field of a table: tabs and line ends become spaces."""
    return text.translate({ord(c): " " for c in "\t\r\n"}).strip()
