"""WAV files read as docs/bundle.md says, in a TensorFlow graph."""

from keras_w2v2.data.audio import LOUDEST

RATES = (4_000, 384_000)  # Hz; a header may say anything
MOST_CHANNELS = 32

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
# What follows the coding in the GUID of WAVE_FORMAT_EXTENSIBLE.
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
# (tag, bits); a file's coding is its place in this list.
_CODINGS = ((_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32))
_NO_PLACE = -1


def read(file, name):
    """Reads a WAV file of 8, 16, 24 or 32-bit PCM or of 32-bit float.

    Args:
        file: string tensor [], the whole file.
        name: string tensor [], what an error calls the file.

    Returns:
        (float32 [samples], the average of the channels, and int32 [] rate in Hz). Where the file
        cannot be read, the graph raises InvalidArgumentError with the name of docs/bundle.md.
    """
    import tensorflow as tf

    checks = _Checks(name)
    size = tf.strings.length(file)
    riff = (size >= 12) & (_text(file, 0, 4) == "RIFF") & (_text(file, 8, 4) == "WAVE")
    checks.require(riff, "not_wav: no RIFF/WAVE header")
    fmt, data = _chunks(file, size)
    coding, channels, rate, width = _format(file, size, fmt, data, checks)
    count = _samples(file, size, data, width * channels, checks)
    sound = tf.strings.substr(checks.passed(file), data + 8, count * width * channels)
    samples = tf.switch_case(coding, [_decoder(sound, *one) for one in _CODINGS])
    # Two checks: NaN survives no comparison, and not every maximum.
    finite, peak = tf.reduce_all(tf.math.is_finite(samples)), tf.reduce_max(tf.abs(samples))
    checks.require(finite, "not_finite: NaN or infinite samples")
    checks.require(peak <= LOUDEST, "too_loud: float samples reach ", peak, ", not 1")
    return tf.reduce_mean(tf.reshape(checks.passed(samples), [count, channels]), axis=1), rate


class _Checks:
    """What must be true of a file before it is taken at its word."""

    def __init__(self, name):
        self._name, self._made = name, []

    def require(self, true, *words):
        """Lets the graph fail with the words (str or tensors) where something is not true."""
        import tensorflow as tf

        said = [word if isinstance(word, str) else tf.strings.as_string(word) for word in words]
        message = tf.strings.join([self._name, ": ", *said])
        self._made.append(tf.debugging.Assert(true, [message]))

    def passed(self, tensor):
        """Returns the tensor, to be had once all that was required is known to be true."""
        import tensorflow as tf

        with tf.control_dependencies(self._made):
            return tf.identity(tensor)


def _text(file, at, count):
    """Returns the bytes [at, at + count) as a string, filled up with zeros beyond the end."""
    import tensorflow as tf

    end = tf.strings.length(file)
    found = tf.strings.substr(file, tf.minimum(at, end), count)
    filled = tf.strings.join([found, tf.constant(b"\0" * 40)])
    return tf.strings.substr(filled, 0, count)


def _whole(file, at, bytes_):
    """Returns an unsigned whole number of a header as int64 []."""
    import tensorflow as tf

    digits = tf.cast(tf.io.decode_raw(_text(file, at, bytes_), tf.uint8), tf.int64)
    return tf.reduce_sum(tf.ensure_shape(digits, [bytes_]) * [256**i for i in range(bytes_)])


def _chunks(file, size):
    """Returns where the last fmt chunk before the data, and the data chunk, begin; -1: none."""
    import tensorflow as tf

    def more(at, fmt, data):
        return (data == _NO_PLACE) & (at <= size - 8)

    def following(at, fmt, data):
        kind, length = _text(file, at, 4), _whole(file, at + 4, 4)
        fmt = tf.where(kind == "fmt ", at, fmt)
        data = tf.where(kind == "data", at, data)
        after = tf.cast(at, tf.int64) + 8 + length + length % 2
        return tf.cast(tf.minimum(after, tf.cast(size, tf.int64)), tf.int32), fmt, data

    none = tf.constant(_NO_PLACE)
    return tf.while_loop(more, following, (tf.constant(12), none, none))[1:]


def _format(file, size, fmt, data, checks):
    """Returns (place in _CODINGS, channels, rate, bytes of a sample), each int32 []."""
    import tensorflow as tf

    checks.require(data != _NO_PLACE, "bad_wav: no data chunk")
    checks.require(fmt != _NO_PLACE, "bad_wav: no fmt chunk before the data")
    length = _whole(file, fmt + 4, 4)
    tag, channels = _whole(file, fmt + 8, 2), _whole(file, fmt + 10, 2)
    extensible = tag == _EXTENSIBLE
    least = tf.where(extensible, tf.constant(40, tf.int64), 16)
    fits = tf.cast(fmt + 8, tf.int64) + length <= tf.cast(size, tf.int64)
    checks.require(fits & (length >= least), "bad_wav: the fmt chunk is short")
    known = extensible & (_text(file, fmt + 34, 14) == _GUID_TAIL)
    tag = tf.where(known, _whole(file, fmt + 32, 2), tag)
    bits, rate = _whole(file, fmt + 22, 2), _whole(file, fmt + 12, 4)
    within = (channels >= 1) & (channels <= MOST_CHANNELS)
    checks.require(within, "bad_wav: ", channels, f" channels, 1 to {MOST_CHANNELS} can be read")
    within = (rate >= RATES[0]) & (rate <= RATES[1])
    checks.require(within, "bad_wav: a rate of ", rate, " Hz, {} to {} can be read".format(*RATES))
    here = tf.reduce_all(tf.constant(_CODINGS, tf.int64) == [tag, bits], axis=1)
    unknown = ("unsupported_wav: coding ", tag, " of ", bits, " bits: save it as PCM of 16 bits")
    checks.require(tf.reduce_any(here), *unknown)
    block = _whole(file, fmt + 20, 2)
    fits = block == channels * (bits // 8)
    checks.require(fits, "bad_wav: ", channels, " channels of ", bits, " bits in ", block, " bytes")
    coding = tf.argmax(here, output_type=tf.int32)
    return coding, *(tf.cast(one, tf.int32) for one in (channels, rate, bits // 8))


def _samples(file, size, data, block, checks):
    """Returns how many samples of each channel the data chunk holds, int32 []."""
    import tensorflow as tf

    rest = size - data - 8
    promised, there = _whole(file, data + 4, 4), tf.cast(rest, tf.int64)
    # Recorders that stream leave the size open.
    promised = tf.where((promised == 0) | (promised == 0xFFFFFFFF), there, promised)
    whole = promised <= there
    checks.require(whole, "cut_wav: ", promised, " bytes of sound promised, ", there, " there")
    count = tf.cast(promised // tf.cast(tf.maximum(block, 1), tf.int64), tf.int32)
    checks.require(count > 0, "empty_wav: no sound in the file")
    return count


def _decoder(sound, tag, bits):
    """Returns f() -> float32 [samples] of one coding."""
    import tensorflow as tf

    full = 2.0 ** (bits - 1)

    def decode():
        if tag == _FLOAT:
            return tf.io.decode_raw(sound, tf.float32)
        if bits == 8:
            return tf.cast(tf.io.decode_raw(sound, tf.uint8), tf.float32) / full - 1
        if bits == 24:
            low_bytes = tf.reshape(tf.io.decode_raw(sound, tf.uint8), [-1, 3])
            high = tf.reshape(tf.io.decode_raw(sound, tf.int8), [-1, 3])[:, 2]
            low = tf.linalg.matvec(tf.cast(low_bytes[:, :2], tf.float32), [1.0, 256.0])
            return (tf.cast(high, tf.float32) * 65536 + low) / full
        return (
            tf.cast(tf.io.decode_raw(sound, {16: tf.int16, 32: tf.int32}[bits]), tf.float32) / full
        )

    return decode
