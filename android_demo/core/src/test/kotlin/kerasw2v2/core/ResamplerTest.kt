package kerasw2v2.core

import com.google.gson.JsonObject
import java.util.Random
import kotlin.math.PI
import kotlin.math.abs
import kotlin.math.cos
import kotlin.math.sin
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** What the filter of docs/bundle.md may do to a tone: 0.0003 dB up, or -90 dB of it left. */
private const val RIPPLE = 4e-5f

class ResamplerTest {
    @Test
    fun `tones of every rate become what Python makes of them`() {
        for (case in Golden.cases("resampling.json")) {
            val found = resampled(case.int("rate"), faded(case))
            val expected = case.list("output").map { it.asFloat }.toFloatArray()
            val tolerance = case.get("tolerance").asFloat
            assertArrayEquals("${case.int("rate")} Hz", expected, found, tolerance)
        }
    }

    @Test
    fun `a tone that both rates hold comes out as the same tone, at the same time`() {
        for (rate in RATES) {
            val band = minOf(rate, SAMPLE_RATE) / 2.0
            for (share in listOf(0.001, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9)) {
                val found = resampled(rate, tone(rate / 4, share * band, rate))
                val expected = tone(found.size, share * band, SAMPLE_RATE)
                assertInner("$rate Hz, $share of the band", expected, found)
            }
        }
    }

    @Test
    fun `a tone that 16 kHz cannot hold does not come back as another`() {
        for (rate in RATES.filter { it > SAMPLE_RATE }) {
            for (share in listOf(0.0, 0.03, 0.2, 0.5, 0.99)) {
                val hertz = SAMPLE_RATE / 2 + share * (rate - SAMPLE_RATE) / 2
                val found = resampled(rate, tone(rate / 4, hertz, rate))
                assertInner("$hertz Hz of $rate", FloatArray(found.size), found)
            }
        }
    }

    @Test
    fun `a click is heard alike before and after its time`() {
        for ((rate, at) in listOf(8000 to 500, 44_100 to 4410, 48_000 to 4800, 192_000 to 19_200)) {
            val click = FloatArray(2 * at + 1).also { it[at] = 1f }
            val found = resampled(rate, click)
            val time = at * SAMPLE_RATE / rate
            val before = found.copyOfRange(0, time).reversedArray()
            val after = found.copyOfRange(time + 1, found.size)
            val span = minOf(before.size, after.size)
            assertArrayEquals("$rate Hz", before.copyOf(span), after.copyOf(span), 1e-6f)
            assertEquals(time, found.indices.maxBy { found[it] })
        }
    }

    @Test
    fun `the sound is as long as before, to half a sample`() {
        for (rate in 4000..384_000 step 997) {
            val resampler = Resampler(rate)
            for (samples in listOf(0L, 1L, 2L, 999L, 10L * rate, 36_000L * rate + 1)) {
                val difference = resampler.length(samples) - samples.toDouble() * SAMPLE_RATE / rate
                assertTrue("$samples samples at $rate Hz", difference in -0.5..0.5)
            }
        }
    }

    @Test
    fun `pieces are the whole, to the bit`() {
        val random = Random(5)
        for (rate in listOf(4000, 44_100, 44_101)) {
            val sound = noise(rate)
            val whole = resampled(rate, sound)
            repeat(20) {
                val first = random.nextInt(whole.size)
                val count = random.nextInt(whole.size - first + 1)
                val piece = resampled(rate, sound, first.toLong(), count)
                assertTrue(whole.copyOfRange(first, first + count).contentEquals(piece))
            }
        }
    }

    @Test
    fun `of an hour only the piece is read that is asked for`() {
        val hour = 3600L * 384_000
        var most = 0
        Resampler(384_000).read(3599L * SAMPLE_RATE, SAMPLE_RATE, hour) { from, count ->
            assertTrue(from >= 0 && from + count <= hour)
            most = maxOf(most, count)
            FloatArray(count)
        }
        assertTrue("$most samples at once", most in 1..110_000)
    }

    @Test
    fun `what could be read stays readable`() {
        val square = FloatArray(4800) { if (it / 24 % 2 == 0) Pcm.LOUDEST else -Pcm.LOUDEST }
        val found = resampled(48_000, square)
        Pcm.requireUsable(found)
        assertEquals(Pcm.LOUDEST, found.max())
    }

    @Test
    fun `samples beyond the end are refused`() {
        val sound = FloatArray(480)
        assertEquals(0, resampled(48_000, sound, 160, 0).size)
        assertThrows(IllegalArgumentException::class.java) { resampled(48_000, sound, 100, 61) }
        assertThrows(IllegalArgumentException::class.java) { resampled(48_000, sound, -1, 1) }
    }

    private fun resampled(
        rate: Int,
        sound: FloatArray,
        first: Long = 0,
        count: Int = Resampler(rate).length(sound.size.toLong()).toInt(),
    ): FloatArray =
        Resampler(rate).read(first, count, sound.size.toLong()) { from, size ->
            sound.copyOfRange(from.toInt(), from.toInt() + size)
        }

    private fun tone(samples: Int, hertz: Double, rate: Int) =
        FloatArray(samples) { sin(2 * PI * hertz * it / rate + 1).toFloat() }

    /** The sound of a case of resampling.json: tones, faded in and out. */
    private fun faded(case: JsonObject): FloatArray {
        val samples = case.int("samples")
        val tones = case.list("tones").map { tone -> tone.asJsonArray.map { it.asDouble } }
        return FloatArray(samples) { i ->
            val fade = 0.5 - 0.5 * cos(2 * PI * (i + 0.5) / samples)
            val sum = tones.sumOf { (hertz, size) -> size * sin(2 * PI * hertz * i / case.int("rate")) }
            (fade * sum).toFloat()
        }
    }

    /** Compares where the sinc sees neither end of the sound. */
    private fun assertInner(message: String, expected: FloatArray, found: FloatArray) {
        for (i in EDGE until found.size - EDGE) {
            val error = abs(found[i] - expected[i])
            assertTrue("$message: sample $i is off by $error", error <= RIPPLE)
        }
    }

    private companion object {
        val RATES = listOf(4000, 8000, 11_025, 22_050, 24_000, 44_100, 44_101, 48_000, 192_000)
        const val EDGE = 240 // samples at 16 kHz, the sinc's reach at 4 kHz
    }
}
