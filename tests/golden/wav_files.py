"""WAV files, sound and lying, as docs/bundle.md names them."""

import base64
import random
import struct

import numpy as np

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
SECONDS = 0.03  # a little more than a frame


def wav(data, *, coding=PCM, channels=1, rate=16000, bits=16, **lies):
    """Returns the bytes of a WAV file.

    Args:
        data: bytes of the samples.
        coding, channels, rate, bits: of the header.
        **lies: "block" and "data_size" in the header, "extra" chunks before the data,
            "fmt_size".
    """
    block = lies.get("block", channels * bits // 8)
    speed = rate * block % 2**32
    head = struct.pack("<HHIIHH", coding, channels, rate, speed, block, bits)
    if lies.get("extensible"):
        inner = struct.pack("<HHI", 22, bits, 0) + struct.pack("<H", coding)
        head = struct.pack("<H", EXTENSIBLE) + head[2:] + inner
        head += bytes.fromhex("000000001000800000aa00389b71")
    fmt = b"fmt " + struct.pack("<I", lies.get("fmt_size", len(head))) + head
    size = lies.get("data_size", len(data))
    body = fmt + lies.get("extra", b"") + b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def _tone(rate, channels):
    times = np.arange(round(SECONDS * rate)) / rate
    tone = 0.5 * np.sin(2 * np.pi * 440 * times)
    return np.stack([tone * (1 - 0.5 * channel) for channel in range(channels)], axis=1)


def _coded(samples, bits, coding):
    """Returns (bytes, the samples as they come back)."""
    if coding == FLOAT:
        samples = samples.astype("<f4")
        return samples.tobytes(), samples
    full = 2 ** (bits - 1)
    whole = np.clip(np.rint(samples * full), -full, full - 1).astype(np.int64)
    back = whole / full
    if bits == 8:
        return (whole + 128).astype(np.uint8).tobytes(), back
    if bits == 24:
        wide = whole.astype("<i4").reshape(-1, 1).view(np.uint8).reshape(-1, 4)
        return wide[:, :3].tobytes(), back
    return whole.astype(f"<i{bits // 8}").tobytes(), back


def _sound(name, rate=16000, channels=1, bits=16, coding=PCM, samples=None, **lies):
    samples = _tone(rate, channels) if samples is None else samples
    data, back = _coded(samples, bits, coding)
    file = wav(data, coding=coding, channels=channels, rate=rate, bits=bits, **lies)
    return name, file, None, rate, channels, back.mean(axis=1)


def _sound_files():
    for bits in (8, 16, 24, 32):
        yield _sound(f"PCM of {bits} bits", bits=bits)
    yield _sound("float", bits=32, coding=FLOAT)
    yield _sound("stereo", channels=2)
    yield _sound("extensible PCM", extensible=True)
    yield _sound("extensible float", bits=32, coding=FLOAT, extensible=True)
    yield _sound("8 kHz", rate=8000)
    yield _sound("44.1 kHz stereo of 24 bits", rate=44100, channels=2, bits=24)
    yield _sound("another chunk before the data", extra=b"LIST\x03\0\0\0abc\0")
    yield _sound("a stream without a size", data_size=0)
    yield _sound("a stream of the largest size", data_size=0xFFFFFFFF)
    full = np.array([[1.0], [-1.0]] * 240)
    yield _sound("full scale", samples=full)
    yield _sound("a little over full scale", bits=32, coding=FLOAT, samples=1.5 * full)


def _broken_files():
    data, _ = _coded(_tone(16000, 1), 16, PCM)
    sound = wav(data)
    yield "empty file", b"", "not_wav"
    yield "text", b"no sound at all, but long enough to look for a header in it", "not_wav"
    yield "RIFF of another kind", sound[:8] + b"AVI " + sound[12:], "not_wav"
    yield "header alone", sound[:12], "bad_wav"
    yield "no data chunk", sound[:36], "bad_wav"
    yield "a short fmt", sound[:16] + struct.pack("<I", 8) + sound[20:28] + sound[36:], "bad_wav"
    yield "no channels", wav(data, channels=0, block=2), "bad_wav"
    yield "1000 channels", wav(data, channels=1000), "bad_wav"
    yield "a rate of 0", wav(data, rate=0), "bad_wav"
    yield "a rate of 4 GHz", wav(data, rate=0xFFFFFFFF), "bad_wav"
    yield "a block that does not follow", wav(data, block=3), "bad_wav"
    yield "A-law", wav(data, coding=6, bits=8), "unsupported_wav"
    yield "12 bits", wav(data, bits=12, block=2), "unsupported_wav"
    yield "float of 16 bits", wav(data, coding=FLOAT), "unsupported_wav"
    yield "cut in the data", sound[:-100], "cut_wav"
    yield "a size beyond the file", wav(data, data_size=len(data) + 2), "cut_wav"
    yield "no samples", wav(b""), "empty_wav"
    yield "half a sample", wav(b"\0", data_size=1), "empty_wav"
    for name, value, error in (
        ("NaN", np.nan, "not_finite"),
        ("infinity", np.inf, "not_finite"),
        ("far too loud", 1000.0, "too_loud"),
    ):
        samples = _tone(16000, 1)
        samples[100] = value
        loud, _ = _coded(samples, 32, FLOAT)
        yield name, wav(loud, coding=FLOAT, bits=32), error


def all_files():
    """Yields (name, bytes, error or None, rate, channels, float samples [samples] or None)."""
    yield from _sound_files()
    for name, file, error in _broken_files():
        yield name, file, error, None, None, None


def mutations(seed, count):
    """Yields `count` files (bytes): sound ones whose headers were overwritten or cut, at random."""
    choose = random.Random(seed)
    sound = [file for _, file, error, *_ in all_files() if error is None]
    for _ in range(count):
        data = bytearray(choose.choice(sound))
        for _ in range(choose.randint(1, 3)):
            place = choose.randrange(min(len(data), 64) or 1)  # headers lie, not samples
            kind = choose.random()
            if kind < 0.3:
                lie = choose.choice([0, 1, 2**31, 2**32 - 1, len(data)])
                data[place : place + 4] = lie.to_bytes(4, "little")
            elif kind < 0.45:
                del data[place : place + choose.randint(1, 600)]
            else:
                data[place : place + 1] = bytes([choose.randrange(256)])
        yield bytes(data)


def cases():
    """Returns the cases of wav.json."""
    return [
        {
            "name": name,
            "base64": base64.b64encode(file).decode(),
            "error": error,
            "rate": rate,
            "channels": channels,
            "samples": None if samples is None else [float(f"{s:.9g}") for s in samples],
        }
        for name, file, error, rate, channels, samples in all_files()
    ]
