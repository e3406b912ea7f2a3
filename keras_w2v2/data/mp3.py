"""The frames of an MP3 stream, and a length for streams that have none.

The length of a stream with a variable bit rate stands in its first frame (the Xing header).
Without one, libsndfile takes the first frame's bit rate for all and reads as much as that makes:
30 s of which the first 10 are silent end after 12, without a word.
"""

from typing import NamedTuple

_KBIT = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_SYNC, _HEADER, _LAYER_3, _MONO = 0x7FF, 4, 1, 3
_TAGS = (b"Xing", b"Info", b"VBRI")


class Frame(NamedTuple):
    """Where one frame lies and what its header says."""

    start: int  # bytes
    size: int  # bytes
    kbit: int  # a second
    side: int  # bytes between the header and the samples


def with_length(data):
    """Returns an MP3 stream that says how long it is.

    Args:
        data: bytes of a file.

    Returns:
        bytes with a Xing header before the frames, or None where nothing is to be mended: one bit
        rate throughout, or a header that says how many frames there are.
    """
    found = list(frames(data))
    if len({frame.kbit for frame in found}) < 2:
        return None
    first = found[0]
    if any(tag in data[first.start : first.start + first.size] for tag in _TAGS):
        return None
    largest = max(found, key=lambda frame: frame.size)  # the smallest may not hold the header
    header = data[largest.start : largest.start + _HEADER] + bytes(largest.side)
    header += b"Xing" + (1).to_bytes(4, "big") + len(found).to_bytes(4, "big")
    return header.ljust(largest.size, b"\0") + data[first.start :]


def frames(data):
    """Yields the Frames of an MP3 stream until something else begins (a tag, damage, the end)."""
    at = _after_id3(data)
    while frame := _frame(data, at):
        yield frame
        at += frame.size


def _after_id3(data):
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:  # seven bits each
        size = size << 7 | byte & 0x7F
    return 10 + size


def _frame(data, at):
    """Returns the Frame whose header stands at a byte, None if none does."""
    header = int.from_bytes(data[at : at + _HEADER], "big")
    version, layer = header >> 19 & 3, header >> 17 & 3
    rate, kbit = header >> 10 & 3, header >> 12 & 15
    if header >> 21 != _SYNC or version == 1 or layer != _LAYER_3 or rate == 3:
        return None
    if not 1 <= kbit <= 14 or at + _HEADER > len(data):
        return None
    newest, mono = version == 3, header >> 6 & 3 == _MONO
    kbit = _KBIT[1 if newest else 2][kbit - 1]
    size = (144 if newest else 72) * kbit * 1000 // _RATES[version][rate] + (header >> 9 & 1)
    sides = (17, 32) if newest else (9, 17)
    return Frame(at, size, kbit, sides[0 if mono else 1])
