package kerasw2v2.core

import org.junit.Assert.assertTrue

/** Hears one letter in each frame, from its first sample alone: context changes nothing. */
class FakeNetwork(private val frames: FrameArithmetic, private val longest: Long) : Network {
    var calls = 0

    override fun logits(waveform: FloatArray, numSamples: Int): Logits {
        calls++
        assertTrue("$numSamples samples", numSamples in frames.receptiveField..longest)
        val count = frames.frames(numSamples.toLong()).toInt()
        val tokens = VOCABULARY.tokens.size
        return Logits(
            FloatArray(count * tokens) {
                val sample = waveform[(it / tokens * frames.hop).toInt()]
                val heard = ((sample + Pcm.LOUDEST) * 1000).toInt() % tokens
                if (it % tokens == heard) 3f else 0f
            },
            tokens,
        )
    }

    companion object {
        val VOCABULARY = Vocabulary(listOf("_", "|", "a", "b", "c"), 0, 1, setOf(0))
        val FRAMES = FrameArithmetic(listOf(10, 3, 3, 3, 3, 2, 2), listOf(5, 2, 2, 2, 2, 2, 2))
        val METADATA = Metadata(
            frames = FRAMES,
            normalizeWaveform = false,
            vocabulary = VOCABULARY,
            variant = "float32",
            signatures = listOf(Signature("window_2s", 32_000, 99), Signature("window_5s", 80_000, 249)),
            languages = listOf(),
            licence = null,
            modelBytes = 0,
            sha256 = "",
        )
    }
}
