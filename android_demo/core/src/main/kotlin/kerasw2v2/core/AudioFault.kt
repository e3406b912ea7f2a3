package kerasw2v2.core

import java.io.IOException

/** What can be wrong with sound; the words are those of docs/bundle.md. */
enum class AudioFault(val word: String) {
    NOT_WAV("not_wav"),
    BAD_WAV("bad_wav"),
    UNSUPPORTED_WAV("unsupported_wav"),
    CUT_WAV("cut_wav"),
    EMPTY_WAV("empty_wav"),
    NOT_FINITE("not_finite"),
    TOO_LOUD("too_loud"),
}

/** Sound that cannot be read. The message says what is wrong, where, and how to mend it. */
class AudioException(val fault: AudioFault, message: String) : IOException(message)
