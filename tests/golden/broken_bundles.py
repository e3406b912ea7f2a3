"""Bundles, sound and broken in every way that docs/bundle.md names, around a network of noise."""

import base64
import hashlib
import io
import json
import zipfile

import numpy as np

from keras_w2v2.text import Vocabulary

NETWORK = b"\x1c\0\0\0TFL3" + np.random.default_rng(3).bytes(96)
VOCABULARY = Vocabulary(["<pad>", "<unk>", "|", "a", "b"], unknown="<unk>")
EXPECTED = ("tokens", "blank", "word_delimiter", "silent", "hop_samples", "signatures", "languages")


def content(**changes):
    """Returns a metadata.json that fits NETWORK (dict)."""
    return {
        "format": 2,
        "sample_rate": 16000,
        "conv_kernels": [10, 3, 3, 3, 3, 2, 2],
        "conv_strides": [5, 2, 2, 2, 2, 2, 2],
        "hop_samples": 320,
        "receptive_field_samples": 400,
        "normalize_waveform": False,
        "tokens": list(VOCABULARY.tokens),
        "blank": VOCABULARY.blank,
        "word_delimiter": VOCABULARY.word_delimiter,
        "silent": sorted(VOCABULARY.silent),
        "vocabulary": VOCABULARY.get_config(),
        "normalizer": None,
        "variant": "int8",
        "signatures": [
            {"name": "window_2s", "samples": 32000, "frames": 99},
            {"name": "window_5s", "samples": 80000, "frames": 249},
        ],
        "languages": ["en"],
        "training": None,
        "licence": "Apache-2.0",
        "versions": {"keras_w2v2": "0.1.0"},
        "model_bytes": len(NETWORK),
        "sha256": hashlib.sha256(NETWORK).hexdigest(),
    } | changes


def bundle(described=None, network=NETWORK, entries=None, compression=zipfile.ZIP_STORED):
    """Returns the bytes of a bundle.

    Args:
        described: dict, metadata.json; that of NETWORK by default.
        network: bytes.
        entries: dict name -> bytes in place of metadata.json.
        compression: of the entries.
    """
    if entries is None:
        entries = {"metadata.json": json.dumps(described or content()).encode()}
    file = io.BytesIO()
    file.write(network)
    with zipfile.ZipFile(file, "a") as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo("x", (1980, 1, 1, 0, 0, 0))
            info.filename = name  # as it is: the constructor would mend it
            info.compress_type = compression
            archive.writestr(info, data)
    return file.getvalue()


def _twice():
    file = io.BytesIO(NETWORK)
    file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file, "a") as archive:
        for _ in range(2):
            info = zipfile.ZipInfo("metadata.json", (1980, 1, 1, 0, 0, 0))
            archive.NameToInfo.clear()
            archive.writestr(info, json.dumps(content()))
    return file.getvalue()


def _oversized():
    """The directory says 100 MB of an entry of a few bytes."""
    whole = bytearray(bundle())
    directory = whole.rindex(b"PK\x01\x02")
    for field in (20, 24):
        whole[directory + field : directory + field + 4] = (100_000_000).to_bytes(4, "little")
    return bytes(whole)


def _flipped(whole, place):
    changed = bytearray(whole)
    changed[place] ^= 0x10
    return bytes(changed)


def _metadata(**changes):
    return bundle(content(**changes))


def _without(key):
    described = content()
    del described[key]
    return bundle(described)


def _named(*names):
    entries = {"metadata.json": json.dumps(content()).encode()}
    return bundle(entries=entries | dict.fromkeys(names, b"x"))


def all_files():
    """Yields (name, bytes, the error's word or None)."""
    sound = bundle()
    signatures = content()["signatures"]
    yield "sound", sound, None
    yield "unknown keys are passed over", _metadata(colour="blue"), None
    yield "no word delimiter", _without_delimiter(), None
    yield "more entries beside", _named("vocab.json", "notes/readme.txt"), None
    yield "empty", b"", "not_a_model"
    yield "a zip alone", sound[len(NETWORK) :], "not_a_model"
    yield "another magic", sound[:4] + b"TFL9" + sound[8:], "not_a_model"
    yield "network alone", NETWORK, "no_archive"
    yield "cut by a byte", sound[:-1], "no_archive"
    yield "a comment", sound[:-2] + b"\x05\0hello", "no_archive"
    yield "a comment that is not there", sound[:-2] + b"\x05\0", "no_archive"
    yield "cut in the middle", sound[: len(sound) // 2], "no_archive"
    for name in ("../climb", "/absolute", "a/../../b", "back\\slash", "C:drive"):
        yield f"an entry {name}", _named(name), "unsafe_archive"
    yield "a name twice", _twice(), "unsafe_archive"
    yield "17 entries", _named(*map(str, range(16))), "unsafe_archive"
    yield "oversized", _oversized(), "too_large"
    yield "no metadata", bundle(entries={"vocab.json": b"{}"}), "no_metadata"
    yield "compressed", bundle(compression=zipfile.ZIP_DEFLATED), "damaged_archive"
    place = sound.index(b'"languages"') + 2
    yield "a bit flipped in metadata.json", _flipped(sound, place), "damaged_archive"
    yield "no JSON", bundle(entries={"metadata.json": b"{"}), "bad_metadata"
    yield "no UTF-8", bundle(entries={"metadata.json": b'{"format": "\xff"}'}), "bad_metadata"
    yield "a list", bundle(entries={"metadata.json": b"[2]"}), "bad_metadata"
    yield "no format", _without("format"), "bad_metadata"
    yield "an old format", _metadata(format=1), "bad_metadata"
    yield "a newer format", _metadata(format=3), "newer_format"
    for key in ("tokens", "blank", "conv_kernels", "signatures", "sha256", "model_bytes"):
        yield f"no {key}", _without(key), "bad_metadata"
    wrong = {
        "sample_rate": 8000,
        "conv_kernels": [10, 3],
        "conv_strides": [5, 2, 2, 2, 2, 2, 0],
        "hop_samples": 160,
        "receptive_field_samples": 401,
        "normalize_waveform": "no",
        "variant": "int16",
        "tokens": "abcde",
        "blank": 5,
        "word_delimiter": -1,
        "silent": [0, 99],
        "signatures": [],
        "languages": "en",
        "model_bytes": "104",
    }
    for key, value in wrong.items():
        yield f"{key} {value!r}", _metadata(**{key: value}), "bad_metadata"
    yield "windows in falling order", _metadata(signatures=signatures[::-1]), "bad_metadata"
    more = [signatures[0] | {"frames": 100}]
    one = [signatures[0], signatures[1] | {"name": "window_2s"}]
    yield "two signatures of one name", _metadata(signatures=one), "bad_metadata"
    yield "frames that do not follow", _metadata(signatures=more), "bad_metadata"
    yield "another network's checksum", _metadata(sha256="0" * 64), "wrong_checksum"
    yield "model_bytes elsewhere", _metadata(model_bytes=len(NETWORK) - 8), "wrong_checksum"
    yield "a bit flipped in the network", _flipped(sound, 50), "wrong_checksum"


def _without_delimiter():
    vocabulary = Vocabulary(["<pad>", "中", "文"])
    return _metadata(
        tokens=list(vocabulary.tokens),
        vocabulary=vocabulary.get_config(),
        word_delimiter=None,
        silent=[0],
    )


def cases():
    """Returns the cases of bundles.json."""
    found = []
    for name, data, error in all_files():
        case = {"name": name, "base64": base64.b64encode(data).decode(), "error": error}
        if error is None:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                described = json.loads(archive.read("metadata.json"))
            case["metadata"] = {key: described[key] for key in EXPECTED}
        found.append(case)
    return found
