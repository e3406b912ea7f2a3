package kerasw2v2.core

import java.nio.ByteBuffer
import kotlin.math.abs

/** Samples as recorders write them, to floats in [-1, 1]. */
object Pcm {
    /** Float samples beyond this size are no speech: a wrong scale, or another coding. */
    const val LOUDEST = 4f

    /** Returns the first [count] int16 samples as floats. */
    fun floats(samples: ShortArray, count: Int = samples.size): FloatArray =
        FloatArray(count) { samples[it] / 32768f }

    /** Reads the next sample of a coding from little-endian bytes. */
    enum class Coding(val bytes: Int, private val next: (ByteBuffer) -> Float) {
        UNSIGNED_8(1, { ((it.get().toInt() and 0xff) - 128) / 128f }),
        SIGNED_16(2, { it.short / 32768f }),
        SIGNED_24(3, { signed24(it) / 8388608f }),
        SIGNED_32(4, { it.int / 2147483648f }),
        FLOAT_32(4, { it.float });

        fun read(bytes: ByteBuffer): Float = next(bytes)
    }

    /**
     * Refuses what no recogniser can read.
     *
     * @param first where in the recording [samples] begins, for the message.
     * @throws AudioException not_finite or too_loud.
     */
    fun requireUsable(samples: FloatArray, first: Long = 0) {
        for (i in samples.indices) requireUsable(samples[i], first + i)
    }

    internal fun requireUsable(sample: Float, position: Long) {
        // The cheap test first: NaN fails it too.
        if (abs(sample) <= LOUDEST) return
        if (!sample.isFinite()) {
            throw AudioException(
                AudioFault.NOT_FINITE,
                "sample $position is $sample: export the recording again, without NaN or infinity",
            )
        }
        throw AudioException(
            AudioFault.TOO_LOUD,
            "sample $position is $sample, beyond $LOUDEST: scale float samples to [-1, 1]",
        )
    }

    private fun signed24(bytes: ByteBuffer): Int {
        val low = bytes.get().toInt() and 0xff
        val middle = bytes.get().toInt() and 0xff
        return (bytes.get().toInt() shl 16) or (middle shl 8) or low
    }
}
