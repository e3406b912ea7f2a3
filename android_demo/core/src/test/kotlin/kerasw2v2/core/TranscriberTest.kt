package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

class TranscriberTest {
    private val metadata = FakeNetwork.METADATA

    @Test
    fun `a recording that fits into a window is read whole`() {
        for (samples in listOf(400, 32_000, 80_000)) {
            val network = FakeNetwork(metadata.frames, 80_000)
            Transcriber(metadata, network).transcribe(noise(samples))
            assertEquals(1, network.calls)
        }
    }

    @Test
    fun `windows give the text of the whole`() {
        val waveform = noise(700_001)
        val whole = GreedyStream.decode(
            FakeNetwork(metadata.frames, 700_001).logits(waveform),
            metadata.vocabulary,
            metadata.frames,
        )
        assertEquals(whole, Transcriber(metadata, FakeNetwork(metadata.frames, 80_000)).transcribe(waveform))
    }

    @Test
    fun `nothing to hear is no text`() {
        val network = FakeNetwork(metadata.frames, 80_000)
        for (samples in listOf(0, 1, 399)) {
            assertEquals(Transcript("", 0.0, listOf()), Transcriber(metadata, network).transcribe(noise(samples)))
        }
        assertEquals(0, network.calls)
    }

    @Test
    fun `a sample that is no number is refused wherever it stands`() {
        for (at in listOf(0, 79_999, 123_456, 199_000)) {
            val waveform = noise(200_000).apply { this[at] = Float.NaN }
            val error = assertThrows(AudioException::class.java) {
                Transcriber(metadata, FakeNetwork(metadata.frames, 80_000)).transcribe(waveform)
            }
            assertEquals(AudioFault.NOT_FINITE, error.fault)
        }
    }
}
