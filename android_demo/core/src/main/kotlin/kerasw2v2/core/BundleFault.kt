package kerasw2v2.core

import java.io.IOException

/** What can be wrong with a bundle; the words are those of docs/bundle.md. */
enum class BundleFault(val word: String) {
    NOT_A_MODEL("not_a_model"),
    NO_ARCHIVE("no_archive"),
    UNSAFE_ARCHIVE("unsafe_archive"),
    TOO_LARGE("too_large"),
    NO_METADATA("no_metadata"),
    DAMAGED_ARCHIVE("damaged_archive"),
    BAD_METADATA("bad_metadata"),
    NEWER_FORMAT("newer_format"),
    WRONG_CHECKSUM("wrong_checksum"),
}

/** A bundle that cannot be used. The message says what is wrong, where, and how to mend it. */
class BundleException(val fault: BundleFault, message: String) : IOException(message)
