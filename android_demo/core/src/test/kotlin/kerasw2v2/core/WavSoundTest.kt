package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class WavSoundTest {
    @Test
    fun `a file of 16 kHz is read as it is`() {
        FileSource(Golden.file("speech.wav")).use { source ->
            val wav = WavFile(source)
            val sound = WavSound(wav)
            assertEquals(wav.length, sound.length)
            val samples = wav.length.toInt()
            assertTrue(wav.read(0, samples).contentEquals(sound.read(0, samples)))
        }
    }

    @Test
    fun `a file of another rate lasts as long and is as loud`() {
        val others = Golden.cases("wav.json")
            .filter { it.optional("error") == null && it.int("rate") != SAMPLE_RATE }
        assertTrue(others.size > 1)
        for (case in others) {
            val wav = WavFile(BytesSource(Golden.bytes(case)))
            val sound = WavSound(wav)
            assertEquals(wav.length.toDouble() / wav.rate, sound.length.toDouble() / SAMPLE_RATE, 5e-5)
            val before = wav.read(0, wav.length.toInt())
            val after = sound.read(0, sound.length.toInt())
            assertEquals(case.string("name"), meanSquare(before), meanSquare(after), 0.01)
        }
    }

    private fun meanSquare(samples: FloatArray) = samples.sumOf { it.toDouble() * it } / samples.size
}
