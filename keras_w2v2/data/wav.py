"""WAV files of streaming recorders, which leave the size of the data at 0."""

import struct


def with_length(data):
    """Returns a WAV file whose data chunk says its size, None where it does so already.

    libsndfile takes a size of 0 at its word. (It knows the other one that recorders leave,
    0xFFFFFFFF.)

    Args:
        data: bytes of a RIFF file.
    """
    place = 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        if name == b"data":
            rest = len(data) - place - 8
            if size or not rest:
                return None
            return data[: place + 4] + struct.pack("<I", rest) + data[place + 8 :]
        place += 8 + size + size % 2
    return None
