package kerasw2v2.core

import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * A WAV file, read piece by piece.
 *
 * @throws AudioException what is wrong with its header or its length.
 */
class WavFile(private val source: ByteSource) {
    private val format: Format
    private val dataAt: Long

    /** Samples a second of each channel. */
    val rate: Int

    val channels: Int

    /** Samples of each channel. */
    val length: Long

    init {
        val head = if (source.size >= 12) source.read(0, 12) else ByteArray(12)
        if (!head.startsWith("RIFF", 0) || !head.startsWith("WAVE", 8)) {
            fail(AudioFault.NOT_WAV, "no RIFF/WAVE header: choose a .wav file")
        }
        var found: Format? = null
        var at = 12L
        while (true) {
            if (at + 8 > source.size) bad("no data chunk")
            val chunk = source.read(at, 8)
            val size = littleEndian(chunk).getInt(4).toLong() and 0xffffffffL
            at += 8
            if (chunk.startsWith("data", 0)) {
                format = found ?: bad("no fmt chunk before the data")
                length = dataLength(size, source.size - at, format)
                break
            }
            if (chunk.startsWith("fmt ", 0)) found = readFormat(at, size)
            at += size + size % 2
        }
        dataAt = at
        rate = format.rate
        channels = format.channels
    }

    /**
     * Returns the samples [first, first + count), averaged over the channels.
     *
     * @throws AudioException not_finite or too_loud.
     */
    fun read(first: Long, count: Int): FloatArray {
        require(first >= 0 && count >= 0 && first + count <= length) {
            "samples $first to ${first + count} asked of a file of $length"
        }
        val block = format.coding.bytes * channels
        val bytes = littleEndian(source.read(dataAt + first * block, count * block))
        return FloatArray(count) { i ->
            var sum = 0f
            repeat(channels) {
                sum += format.coding.read(bytes).also { Pcm.requireUsable(it, first + i) }
            }
            sum / channels
        }
    }

    private class Format(val coding: Pcm.Coding, val rate: Int, val channels: Int)

    private fun readFormat(at: Long, size: Long): Format {
        if (size < 16 || at + size > source.size) bad("the fmt chunk is short")
        val fields = littleEndian(source.read(at, minOf(size, EXTENSIBLE_SIZE.toLong()).toInt()))
        val channels = fields.getShort(2).toInt() and 0xffff
        val rate = fields.getInt(4).toLong() and 0xffffffffL
        val block = fields.getShort(12).toInt() and 0xffff
        val bits = fields.getShort(14).toInt() and 0xffff
        if (channels !in 1..MOST_CHANNELS) bad("$channels channels, 1 to $MOST_CHANNELS can be read")
        if (rate !in RATES) bad("a rate of $rate Hz, $RATES can be read")
        val coding = coding(codingTag(fields), bits)
        if (block != channels * coding.bytes) {
            bad("$channels channels of $bits bits in blocks of $block bytes")
        }
        return Format(coding, rate.toInt(), channels)
    }

    private fun codingTag(fields: ByteBuffer): Int {
        val tag = fields.getShort(0).toInt() and 0xffff
        if (tag != EXTENSIBLE) return tag
        if (fields.capacity() < EXTENSIBLE_SIZE) bad("the fmt chunk is short")
        val guid = ByteArray(14) { fields.get(26 + it) }
        return if (guid.contentEquals(MEDIA_GUID)) fields.getShort(24).toInt() and 0xffff else tag
    }

    private fun coding(tag: Int, bits: Int): Pcm.Coding =
        when (tag to bits) {
            1 to 8 -> Pcm.Coding.UNSIGNED_8
            1 to 16 -> Pcm.Coding.SIGNED_16
            1 to 24 -> Pcm.Coding.SIGNED_24
            1 to 32 -> Pcm.Coding.SIGNED_32
            3 to 32 -> Pcm.Coding.FLOAT_32
            else -> fail(
                AudioFault.UNSUPPORTED_WAV,
                "coding $tag of $bits bits: save it as PCM of 16 bits",
            )
        }

    private fun dataLength(size: Long, rest: Long, format: Format): Long {
        // Recorders that stream leave the size open.
        val bytes = if (size == 0L || size == 0xffffffffL) rest else size
        if (bytes > rest) {
            fail(AudioFault.CUT_WAV, "$bytes bytes of sound promised, $rest there: copy it again")
        }
        val samples = bytes / (format.coding.bytes * format.channels)
        if (samples == 0L) fail(AudioFault.EMPTY_WAV, "no sound in the file: record again")
        return samples
    }

    private companion object {
        const val MOST_CHANNELS = 32
        val RATES = 4000L..384_000L
        const val EXTENSIBLE = 0xfffe
        const val EXTENSIBLE_SIZE = 40

        /** KSDATAFORMAT_SUBTYPE after its first two bytes, which are the coding's tag. */
        val MEDIA_GUID = byteArrayOf(0, 0, 0, 0, 16, 0, -128, 0, 0, -86, 0, 56, -101, 113)

        fun littleEndian(bytes: ByteArray): ByteBuffer =
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)

        fun ByteArray.startsWith(text: String, at: Int) =
            text.indices.all { this[at + it] == text[it].code.toByte() }

        fun bad(message: String): Nothing =
            fail(AudioFault.BAD_WAV, "$message: the WAV header is damaged, save the file again")

        fun fail(fault: AudioFault, message: String): Nothing = throw AudioException(fault, message)
    }
}
