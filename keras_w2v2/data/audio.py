"""Audio files to waveforms, with a reason for every file that is none."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np

from keras_w2v2.data import mp3, wav
from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE

SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".au", ".w64")
LEAST_SAMPLES = 400  # one frame of the published feature encoder

LOUDEST = 4.0  # float files may pass full scale a little; beyond 12 dB the scale is another
_LOSSY = ("MP3", "OGG")
_NO_LENGTH = 2**62  # frames, above what any header says in earnest
_LOSSY_SLACK = 0.1  # seconds by which decoders of one lossy file may differ
_STEP = 1 / 32768  # of int16
_WAV_HEAD = 4096  # bytes in which the data of a WAV file begins


class AudioError(UserError):
    """A file that cannot serve as speech; `reason` says why, without the file's name."""

    def __init__(self, path, reason):
        super().__init__(f"'{path}': {reason}")
        self.path, self.reason = str(path), reason


def read(path):
    """Reads an audio file as mono at 16 kHz.

    Args:
        path: str or path; WAV, FLAC, MP3, OGG, Opus or whatever libsndfile reads, of any rate.
            Channels are averaged.

    Returns:
        float32 [samples] in about [-1, 1].

    Raises:
        AudioError: (a UserError) the file is missing, broken, truncated, empty, shorter than one
            frame (400 samples), or holds NaN or values far out of [-1, 1].

    Example:
        >>> waveform = audio.read("hello.mp3")
    """
    return read_with_length(path)[0]


def read_with_length(path, expected=None):
    """Reads as `read` does and checks the length that a manifest promises.

    Args:
        path: str or path.
        expected: int or None, the samples promised, at the file's own rate or at 16 kHz.

    Returns:
        (float32 [samples] at 16 kHz, int samples in the file).

    Raises:
        AudioError: as `read`, or the length is another.
    """
    samples, rate, kind = _decode(Path(path))
    length = len(samples)
    if length == 0:
        raise AudioError(path, "holds no samples")
    _check_peak(path, samples)
    waveform = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    if rate != SAMPLE_RATE:
        waveform = _resample(waveform, rate)
    if expected is not None:
        _check_length(path, length, len(waveform), rate, kind, expected)
    if len(waveform) < LEAST_SAMPLES:
        milliseconds = 1000 * length / rate
        raise AudioError(path, f"too short: {milliseconds:.0f} ms, one frame needs 25 ms")
    return np.ascontiguousarray(waveform, np.float32), length


def is_silent(waveform):
    """Returns whether nothing but a constant and the last bit of 16 remains of a waveform."""
    return float(np.ptp(waveform)) <= 2 * _STEP


def to_int16(waveform):
    """Returns float samples in [-1, 1] as int16, clipped; the inverse of dividing by 32768."""
    return np.clip(np.rint(waveform * 32768), -32768, 32767).astype("<i2")


def seconds_of(path):
    """Returns the seconds that a file's header promises, 0.0 where it is none."""
    import soundfile

    try:
        info = soundfile.info(_source(path))
        return 0.0 if info.frames >= _NO_LENGTH else info.duration
    except (RuntimeError, OSError, TypeError):
        return 0.0


def blocks(path, seconds=1.0, expected=None):
    """Reads an audio file piece by piece, for one that is too long to hold.

    Args:
        path: str or path, as for `read`.
        seconds: float, length of a piece at the file's own rate.
        expected: int or None, as for `read_with_length`.

    Yields:
        float32 [samples] in about [-1, 1], mono at 16 kHz; joined they are what `read` gives, but
        for the rounding of the resampler.

    Raises:
        AudioError: as `read`, some of it only when the damage is reached.
    """
    path = Path(path)
    with _opened(path) as file:
        rate, resampler = file.samplerate, None
        if rate != SAMPLE_RATE:
            import soxr

            resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        length, resampled, promised = 0, 0, file.frames < _NO_LENGTH
        while True:
            samples = file.read(max(1, round(seconds * rate)), dtype="float32", always_2d=True)
            length += len(samples)
            if not len(samples):
                break
            _check_peak(path, samples)
            waveform = samples.mean(axis=1)
            if resampler is not None:
                waveform = resampler.resample_chunk(waveform)
            resampled += len(waveform)
            yield np.ascontiguousarray(waveform, np.float32)
        if resampler is not None:
            waveform = resampler.resample_chunk(np.zeros(0, np.float32), last=True)
            resampled += len(waveform)
            yield waveform
        if promised and length < file.frames:
            lost = file.frames - length
            raise AudioError(path, f"truncated: {lost} of {file.frames} samples are missing")
        if expected is not None:
            _check_length(path, length, resampled, rate, file.format, expected)


def _decode(path):
    """Returns (float32 [samples, channels], rate, libsndfile's name of the format)."""
    with _opened(path) as file:
        samples = file.read(dtype="float32", always_2d=True)
        if len(samples) < file.frames:
            raise AudioError(
                path, f"truncated: {len(samples)} of {file.frames} samples can be read"
            )
        return samples, file.samplerate, file.format


@contextlib.contextmanager
def _opened(path):
    """Opens a file with libsndfile; what goes wrong then or later becomes an AudioError."""
    import soundfile

    if not path.is_file():
        raise AudioError(path, "is a folder" if path.is_dir() else "missing file")
    if path.stat().st_size == 0:
        raise AudioError(path, "empty file (0 bytes)")
    try:
        with soundfile.SoundFile(_source(path)) as file:
            lost = _lost_bytes(file.extra_info)
            if lost:
                raise AudioError(path, f"truncated: {lost} bytes of samples are missing")
            if file.format == "OGG" and not _ogg_ends(path):
                raise AudioError(path, "truncated: the Ogg stream has no end")
            yield file
    except AudioError:
        raise
    except TypeError:  # libsndfile wants a rate: headerless samples
        raise AudioError(path, "not an audio file with a header") from None
    except OSError as error:
        raise AudioError(path, f"cannot be opened ({error.strerror})") from None
    except RuntimeError as error:  # all of libsndfile's own
        raise AudioError(path, _reason(error)) from None
    except ValueError:  # a stream written to a pipe, whose header names no length
        raise AudioError(path, "does not say how long it is: encode it again into a file") from None


def _check_length(path, length, resampled, rate, kind, expected):
    slack = _LOSSY_SLACK * rate if kind in _LOSSY else 0
    rounding = int(rate != SAMPLE_RATE)  # resamplers differ by a sample
    if abs(length - expected) > slack and abs(resampled - expected) > slack + rounding:
        reason = f"wrong length: {length} samples, the manifest says {expected}"
        raise AudioError(path, reason)


def _check_peak(path, samples):
    peak = float(np.max(np.abs(samples)))  # NaN and infinity survive max
    if not np.isfinite(peak):
        raise AudioError(path, "holds NaN or infinite samples")
    if peak > LOUDEST:
        raise AudioError(path, f"out of scale: samples reach {peak:.4g}, not 1")


def _source(path):
    """Returns what libsndfile is to open: the file, or a stream with what its header lacks."""
    with open(path, "rb") as file:
        start = file.read(4)
        if start == b"RIFF":
            head = start + file.read(_WAV_HEAD)
            mended = wav.with_length(head) and wav.with_length(head + file.read())
            return io.BytesIO(mended) if mended else str(path)
        if start[:3] != b"ID3" and (start[:1] != b"\xff" or start[1:2] < b"\xe0"):
            return str(path)
        mended = mp3.with_length(start + file.read())
    return io.BytesIO(mended) if mended else str(path)


def _reason(error):
    text = str(getattr(error, "error_string", error)).strip().rstrip(".")
    # The second is what libsndfile says of a text named .mp3.
    if "not recognised" in text or "does not exist" in text:
        return "not an audio file that libsndfile knows"
    return f"broken or truncated ({text})"


def _lost_bytes(log):
    """Returns how many bytes a WAV file lacks of what its header promises.

    libsndfile reads such a file without a word but for its log. Headers of streamed files
    (0 or the largest number) promise nothing.
    """
    match = re.search(r"^ *data *: (\d+) \(should be (\d+)\)", log, re.MULTILINE)
    if not match:
        return 0
    promised, present = map(int, match.groups())
    return max(0, promised - present) if promised < 0x7FFFF000 else 0


def _ogg_ends(path):
    """Returns whether the last page of an Ogg file is marked as the last one.

    libsndfile reads a cut stream as if it were whole.
    """
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - (1 << 17)))  # a page has at most 64 KiB
        tail = file.read()
    page = tail.rfind(b"OggS")
    return page >= 0 and len(tail) > page + 5 and bool(tail[page + 5] & 4)


def _resample(waveform, rate):
    import soxr

    return soxr.resample(waveform, rate, SAMPLE_RATE)
