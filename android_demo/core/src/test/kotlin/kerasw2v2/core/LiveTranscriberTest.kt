package kerasw2v2.core

import java.util.Random
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class LiveTranscriberTest {
    private val frames = FakeNetwork.FRAMES
    private val plan = WindowPlan.forLatency(frames, 32_000, 0.4)

    private fun live(nanoTime: () -> Long = System::nanoTime) = LiveTranscriber(
        FakeNetwork.VOCABULARY, frames, plan, FakeNetwork(frames, 32_000), nanoTime,
    )

    @Test
    fun `pieces of any size give the text of the whole recording`() {
        val random = Random(5)
        for (samples in listOf(0, 399, 400, 6399, 6800, 31_999, 32_000, 100_000, 123_457)) {
            val waveform = noise(samples)
            val whole = Transcriber(FakeNetwork.METADATA, FakeNetwork(frames, 80_000)).transcribe(waveform)
            repeat(5) {
                val live = live()
                val told = mutableListOf<Word>()
                var at = 0
                while (at < samples) {
                    val next = minOf(samples, at + random.nextInt(if (it == 0) 50_000 else 1000))
                    told += live.push(waveform.copyOfRange(at, next))
                    at = next
                }
                val transcript = live.finish()
                assertEquals(whole, transcript)
                assertEquals(told, transcript.words.take(told.size))
                assertEquals("", live.partial)
            }
        }
    }

    @Test
    fun `words and partial text together are what was heard up to the look-ahead`() {
        val waveform = noise(48_000)
        val live = live()
        val words = mutableListOf<Word>()
        for (at in 0 until 48_000 step 320) {
            words += live.push(waveform.copyOfRange(at, at + 320))
            val seen = generateSequence(0L) { it + 1 }.map(plan::windowAt).takeWhile { it.end <= at + 320 }.lastOrNull()
            val known = waveform.copyOf(seen?.end?.toInt() ?: 0)
            val whole = Transcriber(FakeNetwork.METADATA, FakeNetwork(frames, 80_000)).transcribe(known)
            val said = (words.map { it.text } + live.partial).filter { it.isNotEmpty() }
            assertEquals(whole.text, said.joinToString(" "))
        }
        assertTrue(words.size > 10)
    }

    @Test
    fun `text follows sound by the latency that was asked for`() {
        val network = FakeNetwork(frames, 32_000)
        val live = LiveTranscriber(FakeNetwork.VOCABULARY, frames, plan, network)
        val waveform = noise(64_000)
        for (at in 0 until 64_000 step 320) {
            live.push(waveform.copyOfRange(at, at + 320))
            val waiting = frames.frames(at + 320L) - network.calls * plan.step
            assertTrue("$waiting frames wait", waiting < plan.step + plan.right)
        }
    }

    @Test
    fun `the clock of waiting starts when the sound arrives`() {
        var now = 0L
        val live = live { now.also { now += 5_000_000 } } // each look at the clock costs 5 ms
        live.push(noise(plan.windowAt(0).end.toInt()), arrived = -100_000_000)
        assertEquals(0.105, live.speed.latency(1.0)!!, 1e-9)
        assertEquals(0.005 / 0.2, live.speed.realTimeFactor!!, 1e-9)
    }

    @Test
    fun `sound that cannot be read is refused and leaves the stream as it was`() {
        val waveform = noise(40_000)
        val (clean, fouled) = live() to live()
        for (at in 0 until 40_000 step 400) {
            val piece = waveform.copyOfRange(at, at + 400)
            val error = assertThrows(AudioException::class.java) {
                fouled.push(piece.copyOf().apply { this[at % 400] = Float.NaN })
            }
            assertEquals(AudioFault.NOT_FINITE, error.fault)
            clean.push(piece)
            fouled.push(piece)
        }
        assertEquals(clean.finish(), fouled.finish())
    }
}
