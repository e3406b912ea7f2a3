package kerasw2v2.core

import kotlin.math.PI
import kotlin.math.abs
import kotlin.math.ceil
import kotlin.math.sin
import kotlin.math.sqrt

/**
 * Brings sound of one rate to 16 kHz, by the windowed sinc of docs/bundle.md: no delay, silence
 * before and after the recording.
 *
 * @param rate samples a second of the sound that comes in.
 */
class Resampler(private val rate: Int) {
    private val cutoff = CUTOFF * minOf(1.0, SAMPLE_RATE.toDouble() / rate)

    /** Samples of the input to which the sinc reaches on either side. */
    private val reach = ceil(ZERO_CROSSINGS / cutoff).toInt()

    /**
     * Places between two input samples at which the sinc is known. Usual rates need no others; of
     * the rest, rates such as 44,101 Hz, a sample lies between two of the places.
     */
    private val phases = (SAMPLE_RATE / greatestDivisor(rate, SAMPLE_RATE))
        .let { if (it <= MOST_PHASES) it else MOST_PHASES }
    private val weights = arrayOfNulls<FloatArray>(phases + 1)

    /** Returns how many samples [inputLength] ones become. */
    fun length(inputLength: Long): Long = (2 * inputLength * SAMPLE_RATE + rate) / (2L * rate)

    /**
     * Returns the samples [first, first + count) of a recording at 16 kHz, in the memory of them
     * and of a small piece of the input.
     *
     * @param inputLength samples of the recording at its own rate.
     * @param input returns so many samples of it, from one on.
     */
    fun read(
        first: Long,
        count: Int,
        inputLength: Long,
        input: (from: Long, count: Int) -> FloatArray,
    ): FloatArray {
        require(first >= 0 && count >= 0 && first + count <= length(inputLength)) {
            "samples $first to ${first + count} asked of ${length(inputLength)}"
        }
        val found = FloatArray(count)
        for (at in 0 until count step PIECE) {
            val next = minOf(at + PIECE, count)
            val from = before(first + at) - reach
            val to = before(first + next - 1) + reach + 2
            val near = padded(from, to, inputLength, input)
            for (i in at until next) {
                val sample = sample(near, first + i, from)
                // A sinc overshoots where the sound jumps: what could be read stays readable.
                found[i] = sample.coerceIn(-Pcm.LOUDEST, Pcm.LOUDEST)
            }
        }
        return found
    }

    /** The input sample at output sample [at], or the last one before it. */
    private fun before(at: Long): Long = at * rate / SAMPLE_RATE

    /** Returns the input samples [from, to), silence where the recording is over or has not begun. */
    private fun padded(
        from: Long,
        to: Long,
        length: Long,
        input: (from: Long, count: Int) -> FloatArray,
    ): FloatArray {
        val samples = FloatArray((to - from).toInt())
        val start = from.coerceIn(0, length)
        val end = to.coerceIn(start, length)
        input(start, (end - start).toInt()).copyInto(samples, (start - from).toInt())
        return samples
    }

    private fun sample(near: FloatArray, at: Long, from: Long): Float {
        val begin = (before(at) - reach - from).toInt()
        val place = at * rate % SAMPLE_RATE * phases
        val phase = (place / SAMPLE_RATE).toInt()
        val share = (place % SAMPLE_RATE).toFloat() / SAMPLE_RATE
        val sample = weighted(near, begin, weightsAt(phase))
        if (share == 0f) return sample
        return sample + share * (weighted(near, begin, weightsAt(phase + 1)) - sample)
    }

    private fun weighted(near: FloatArray, begin: Int, weights: FloatArray): Float {
        var sum = 0f
        for (j in weights.indices) sum += weights[j] * near[begin + j]
        return sum
    }

    /** The weights of the input samples around a place, made when they are first asked for. */
    private fun weightsAt(phase: Int): FloatArray =
        weights[phase] ?: FloatArray(2 * reach + 2) { j ->
            kernel(phase.toDouble() / phases + reach - j).toFloat()
        }.also { weights[phase] = it }

    private fun kernel(distance: Double): Double {
        val x = cutoff * distance
        val edge = x / ZERO_CROSSINGS
        if (abs(edge) > 1) return 0.0
        val sinc = if (x == 0.0) 1.0 else sin(PI * x) / (PI * x)
        return cutoff * sinc * bessel(KAISER * sqrt(1 - edge * edge)) / HEIGHT
    }

    private companion object {
        const val CUTOFF = 0.95 // of the lower rate's band
        const val ZERO_CROSSINGS = 56
        const val KAISER = 9.0
        const val MOST_PHASES = 640 // those of 11,025 Hz
        const val PIECE = 4096

        val HEIGHT = bessel(KAISER)

        tailrec fun greatestDivisor(a: Int, b: Int): Int = if (b == 0) a else greatestDivisor(b, a % b)

        /** The modified Bessel function of the first kind, of order 0, by its power series. */
        fun bessel(x: Double): Double {
            var sum = 1.0
            var term = 1.0
            var k = 1
            while (term > 1e-17 * sum) {
                term *= x * x / (4.0 * k * k)
                sum += term
                k++
            }
            return sum
        }
    }
}
