package kerasw2v2.core

import java.util.Random
import kotlin.math.abs
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

private const val CASES = 5_000
private const val TIMEOUT = 120_000L

class AudioFuzzTest {
    @Test(timeout = TIMEOUT)
    fun `a broken WAV file is refused by name or gives samples that are in it`() {
        val sound = Golden.cases("wav.json").filter { it.optional("error") == null }.map(Golden::bytes)
        val mutation = Mutation(Random(21))
        repeat(CASES) { case ->
            val broken = mutation.of(sound[case % sound.size])
            try {
                val wav = WavFile(BytesSource(broken))
                assertTrue("case $case", wav.length * wav.channels <= broken.size)
                assertTrue("case $case", wav.rate in 4000..384_000 && wav.channels in 1..32)
                assertTrue("case $case", wav.read(0, wav.length.toInt()).all { abs(it) <= Pcm.LOUDEST })
                val heard = WavSound(wav).run { read(0, length.toInt()) }
                assertTrue("case $case", heard.all { abs(it) <= Pcm.LOUDEST })
            } catch (error: AudioException) {
                assertTrue(error.message!!.isNotEmpty())
            }
        }
    }

    @Test(timeout = TIMEOUT)
    fun `samples of any bits are refused by name or become the same text live and whole`() {
        val metadata = FakeNetwork.METADATA
        val random = Random(22)
        var refused = 0
        repeat(300) {
            val waveform = FloatArray(random.nextInt(30_000)) { random.nextFloat() * 2 - 1 }
            if (waveform.isNotEmpty() && random.nextBoolean()) {
                waveform[random.nextInt(waveform.size)] = Float.fromBits(random.nextInt())
            }
            val plan = WindowPlan.forLatency(metadata.frames, 32_000, 0.04 + random.nextDouble())
            val live = LiveTranscriber(
                metadata.vocabulary, metadata.frames, plan, FakeNetwork(metadata.frames, 80_000),
            )
            try {
                live.push(waveform)
                val whole = Transcriber(metadata, FakeNetwork(metadata.frames, 80_000)).transcribe(waveform)
                assertEquals(whole, live.finish())
            } catch (error: AudioException) {
                refused++
                assertTrue(error.fault in setOf(AudioFault.NOT_FINITE, AudioFault.TOO_LOUD))
                assertThrows(AudioException::class.java) { Pcm.requireUsable(waveform) }
            }
        }
        assertTrue("$refused refused", refused in 10..290)
    }

    @Test
    fun `full scale is sound`() {
        val metadata = FakeNetwork.METADATA
        val square = ShortArray(100_000) { if (it / 20 % 2 == 0) Short.MAX_VALUE else Short.MIN_VALUE }
        val plan = WindowPlan.forLatency(metadata.frames, 32_000, 0.4)
        val live = LiveTranscriber(
            metadata.vocabulary, metadata.frames, plan, FakeNetwork(metadata.frames, 80_000),
        )
        live.push(Pcm.floats(square))
        val whole = Transcriber(metadata, FakeNetwork(metadata.frames, 80_000)).transcribe(Pcm.floats(square))
        assertEquals(whole, live.finish())
    }
}
