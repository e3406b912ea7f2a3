package kerasw2v2.core

/**
 * A window width that the network was exported with.
 *
 * @property name to run it by.
 */
data class Signature(val name: String, val samples: Int, val frames: Int)

/**
 * What a bundle says about itself; docs/bundle.md explains each key.
 *
 * @property signatures shortest window first, at least one.
 * @property modelBytes size of the flatbuffer: the archive begins there.
 * @property sha256 of these bytes, in hexadecimal.
 */
data class Metadata(
    val frames: FrameArithmetic,
    val normalizeWaveform: Boolean,
    val vocabulary: Vocabulary,
    val variant: String,
    val signatures: List<Signature>,
    val languages: List<String>,
    val licence: String?,
    val modelBytes: Long,
    val sha256: String,
) {
    /** Returns the shortest window that holds [samples] samples. */
    fun signatureFor(samples: Int): Signature =
        requireNotNull(signatures.firstOrNull { samples <= it.samples }) {
            "$samples samples fit into no window: the longest holds ${signatures.last().samples}"
        }
}
