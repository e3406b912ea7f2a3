package kerasw2v2.core

import java.io.IOException
import java.util.concurrent.CountDownLatch
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Test

private const val TIMEOUT = 20_000L

class LiveSessionTest {
    private val metadata = FakeNetwork.METADATA
    private val plan = WindowPlan.forLatency(metadata.frames, 32_000, 0.4)

    private fun transcriber(network: Network = FakeNetwork(metadata.frames, 80_000)) =
        LiveTranscriber(metadata.vocabulary, metadata.frames, plan, network)

    private fun source(body: (() -> Boolean, (FloatArray) -> Unit) -> Unit) = object : SoundSource {
        override fun record(goOn: () -> Boolean, receive: (FloatArray) -> Unit) = body(goOn, receive)
    }

    private fun pieces(waveform: FloatArray) = source { goOn, receive ->
        waveform.asList().chunked(320).takeWhile { goOn() }.forEach { receive(it.toFloatArray()) }
    }

    @Test(timeout = TIMEOUT)
    fun `sound that ends becomes the text of all of it`() {
        val waveform = noise(50_000)
        val told = mutableListOf<Word>()
        val ending = LiveSession(pieces(waveform), transcriber()) { told += it }.run { true }
        val whole = Transcriber(metadata, FakeNetwork(metadata.frames, 80_000)).transcribe(waveform)
        assertEquals(whole, ending.transcript)
        assertEquals(told, ending.transcript.words.take(told.size))
        assertNull(ending.failure)
    }

    @Test(timeout = TIMEOUT)
    fun `stopping keeps what was heard`() {
        var pieces = 0
        val endless = source { goOn, receive ->
            while (goOn()) {
                receive(noise(320, seed = pieces++))
                Thread.sleep(1)
            }
        }
        var told = 0
        val ending = LiveSession(endless, transcriber()) { told++ }.run { told < 60 }
        val heard = FloatArray(0).toMutableList()
        repeat(pieces) { heard += noise(320, seed = it).asList() }
        val whole = Transcriber(metadata, FakeNetwork(metadata.frames, 80_000)).transcribe(heard.toFloatArray())
        assertEquals(whole, ending.transcript)
        assertNull(ending.failure)
    }

    @Test(timeout = TIMEOUT)
    fun `a source that fails says why, after the text of what came before`() {
        val waveform = noise(20_000)
        val reason = IOException("unplugged")
        val failing = source { _, receive ->
            receive(waveform)
            throw reason
        }
        val ending = LiveSession(failing, transcriber()) {}.run { true }
        val whole = Transcriber(metadata, FakeNetwork(metadata.frames, 80_000)).transcribe(waveform)
        assertEquals(whole, ending.transcript)
        assertSame(reason, ending.failure)
    }

    @Test(timeout = TIMEOUT)
    fun `what waits when recording ends is recognised`() {
        val waveform = noise(50_000)
        val ending = heldUp(waveform, backlogPieces = 500)
        val whole = Transcriber(metadata, FakeNetwork(metadata.frames, 80_000)).transcribe(waveform)
        assertEquals(whole, ending.transcript)
        assertNull(ending.failure)
    }

    @Test(timeout = TIMEOUT)
    fun `a recogniser that cannot keep up ends the session instead of skipping sound`() {
        val ending = heldUp(noise(50_000), backlogPieces = 10)
        assertTrue("${ending.failure}", ending.failure is TooSlowException)
        assertTrue(ending.failure!!.message!!.contains("behind"))
    }

    /** A session whose recogniser stands still until recording is over. */
    private fun heldUp(waveform: FloatArray, backlogPieces: Int): LiveSession.Ending {
        val recorded = CountDownLatch(1)
        val network = object : Network {
            val fake = FakeNetwork(metadata.frames, 80_000)

            override fun logits(waveform: FloatArray, numSamples: Int): Logits {
                recorded.await()
                Thread.sleep(1) // long enough for the recorder to say that it is done
                return fake.logits(waveform, numSamples)
            }
        }
        val source = source { goOn, receive ->
            try {
                pieces(waveform).record(goOn, receive)
            } finally {
                recorded.countDown()
            }
        }
        return LiveSession(source, transcriber(network), backlogPieces) {}.run { true }
    }

    @Test(timeout = TIMEOUT)
    fun `sound that is no sound ends the session with its name`() {
        val broken = source { _, receive -> receive(floatArrayOf(Float.NaN)) }
        val failure = LiveSession(broken, transcriber()) {}.run { true }.failure
        assertEquals(AudioFault.NOT_FINITE, (failure as AudioException).fault)
    }

    @Test(timeout = TIMEOUT)
    fun `a file is played no faster than it was spoken`() {
        var now = 0L
        val wav = FileSource(Golden.file("speech.wav")).use { source ->
            val wav = WavSound(WavFile(source))
            val heard = mutableListOf<Float>()
            WavPlayer(wav, { now }, { now += it * 1_000_000 }).record({ true }) { piece ->
                heard += piece.asList()
                // Sleep counts milliseconds, so it may be one early.
                assertTrue(now / 1e9 > heard.size.toDouble() / SAMPLE_RATE - 0.001)
            }
            assertEquals(wav.read(0, wav.length.toInt()).asList(), heard)
            wav
        }
        assertTrue(now / 1e9 < wav.length.toDouble() / SAMPLE_RATE + 0.001)
    }
}
