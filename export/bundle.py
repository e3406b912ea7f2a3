"""The bundle: a TFLite model and, in a zip behind it, all that a reader must know (docs/bundle.md).

Files from elsewhere are read with suspicion: whatever is wrong has a name, and nothing that does
not give its checksums is used.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.export import metadata

MOST_ENTRIES = 16
LARGEST_ENTRY = 4 << 20  # bytes
# The same model gives the same bytes: no clock in the file.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30  # bytes before the name
_END_RECORD = 22  # bytes

_MEND = {
    "not_a_model": "give a .tflite file that keras-w2v2 exported",
    "no_archive": "the file is cut or from elsewhere: copy it again, or export the model again",
}
_COPY_AGAIN = "the file is damaged: copy it again, or export the model again"


class BundleError(UserError):
    """A file that is no sound bundle.

    Attributes:
        kind: str, one of the words of docs/bundle.md, "wrong_checksum" and so on.
    """

    def __init__(self, path, kind, what, mend=None):
        mend = mend or _MEND.get(kind, _COPY_AGAIN)
        super().__init__(f"'{path}' is no bundle ({kind}): {what}; {mend}")
        self.kind = kind


@dataclass(frozen=True)
class Bundle:
    """A bundle that was checked.

    Attributes:
        path: Path.
        content: dict, metadata.json.
        metadata: metadata.Metadata.
        model_bytes: int, size of the flatbuffer at its beginning.
    """

    path: Path
    content: dict
    metadata: metadata.Metadata
    model_bytes: int

    def network(self):
        """Returns the flatbuffer (bytes)."""
        with open(self.path, "rb") as file:
            return file.read(self.model_bytes)


def append(path, content):
    """Makes a .tflite file a bundle: appends metadata.json and vocab.json as a zip.

    Args:
        path: str or path.
        content: dict from `metadata.describe`; the size and SHA-256 of the model go in.
    """
    size = Path(path).stat().st_size
    with open(path, "rb") as file:
        content = content | {"model_bytes": size, "sha256": _sha256(file, size)}
    with zipfile.ZipFile(path, "a") as archive:
        for name, text in metadata.files(content).items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode("utf-8"))


def read(path):
    """Reads and checks a bundle.

    Args:
        path: str or path of a .tflite file.

    Returns:
        Bundle.

    Raises:
        BundleError: (a UserError) with the kind of what is wrong.
        UserError: there is no such file.

    Example:
        >>> read("app.tflite").content["languages"]
        ['en']
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            return _checked(path, file)
    except OSError as error:
        raise UserError(f"cannot read '{path}': {error.strerror or error}") from error


def _checked(path, file):
    head = file.read(8)
    if len(head) < 8 or head[4:] != b"TFL3":
        raise BundleError(path, "not_a_model", "it does not begin like a TFLite model")
    if not _ends_like_a_zip(file):
        raise BundleError(path, "no_archive", "no zip archive ends it")
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, *_OF_A_BROKEN_ZIP) as error:
        raise BundleError(path, "no_archive", "no zip archive ends it") from error
    entries = _entries(path, archive)
    begins, texts = _texts(path, archive, entries)
    try:
        content, described = metadata.parse(texts[metadata.METADATA])
    except metadata.MetadataError as error:
        kind = "newer_format" if error.newer else "bad_metadata"
        raise BundleError(path, kind, error.what, error.mend) from error
    _check_facts(path, content, described)
    _check_model(path, file, content, begins)
    return Bundle(path, content, described, content["model_bytes"])


def _ends_like_a_zip(file):
    """Whether an end record without a comment is the last thing: zipfile forgives what follows."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_RECORD))
    record = file.read()
    return record[:4] == b"PK\x05\x06" and record[-2:] == b"\0\0"


# What zipfile raises on archives made to harm it, beside its own BadZipFile.
_OF_A_BROKEN_ZIP = (
    ValueError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)


def _entries(path, archive):
    entries = archive.infolist()
    names = [entry.orig_filename for entry in entries]
    if len(names) > MOST_ENTRIES:
        raise BundleError(path, "unsafe_archive", f"its archive has {len(names)} entries")
    if len(set(names)) < len(names):
        raise BundleError(path, "unsafe_archive", "a name stands twice in its archive")
    for name in names:
        absolute = not name or name.startswith("/")
        if absolute or ".." in name.split("/") or any(c in name for c in "\\:\0"):
            raise BundleError(path, "unsafe_archive", f"its archive has an entry {name!r}")
    for entry in entries:
        if max(entry.file_size, entry.compress_size) > LARGEST_ENTRY:
            raise BundleError(path, "too_large", f"{entry.filename!r} says {entry.file_size} bytes")
    if metadata.METADATA not in names:
        raise BundleError(path, "no_metadata", f"its archive has no {metadata.METADATA}")
    return entries


def _texts(path, archive, entries):
    """Returns (where the archive begins, {name: bytes}); every entry gives its CRC-32."""
    texts, end = {}, 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        stored = entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & _ENCRYPTED
        whole = entry.compress_size == entry.file_size
        if not stored or not whole or entry.header_offset < end:
            raise BundleError(path, "damaged_archive", f"{entry.filename!r} is not simply stored")
        end = entry.header_offset + _LOCAL_HEADER + entry.file_size
        try:
            texts[entry.filename] = archive.read(entry)
        except (zipfile.BadZipFile, *_OF_A_BROKEN_ZIP) as error:
            raise BundleError(path, "damaged_archive", f"{entry.filename!r}: {error}") from error
    return min(entry.header_offset for entry in entries), texts


def _check_facts(path, content, described):
    if not described.signatures or described.vocabulary is None:
        raise BundleError(path, "bad_metadata", "metadata.json names no signature or no tokens")
    checksum, size = content.get("sha256"), content.get("model_bytes")
    if type(size) is not int or not isinstance(checksum, str):
        raise BundleError(path, "bad_metadata", "metadata.json lacks model_bytes or sha256")


def _check_model(path, file, content, begins):
    if content["model_bytes"] != begins:
        raise BundleError(path, "wrong_checksum", "model_bytes is not where the archive begins")
    file.seek(0)
    if _sha256(file, begins) != content["sha256"]:
        raise BundleError(path, "wrong_checksum", "the network is not the one it was made with")


def _sha256(file, size):
    """Returns the SHA-256 of the next `size` bytes of a file, in hexadecimal."""
    digest = hashlib.sha256()
    while size and (piece := file.read(min(size, 1 << 20))):
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()
