package kerasw2v2.core

import com.google.gson.JsonObject
import java.text.Normalizer
import java.util.Random
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

private const val CLOSE = 1e-5

class GreedyStreamTest {
    private val letters = Vocabulary(listOf("_", "|", "a", "b"), blank = 0, wordDelimiter = 1, silent = setOf(0))
    private val frames = FrameArithmetic(listOf(400), listOf(320))

    @Test
    fun `symbols and ids are those of Python`() {
        for (case in Golden.cases("ctc.json")) {
            val symbols = GreedyStream.symbols(case.logits(), case.int("blank"))
            // As the network writes them: filled up with -1.
            assertEquals(case.list("token_ids").ints().filter { it >= 0 }, symbols.map { it.id })
            for ((expected, found) in case.list("symbols").map { it.asJsonObject }.zip(symbols)) {
                assertEquals(expected.int("id"), found.id)
                assertEquals(expected.long("start"), found.start)
                assertEquals(expected.long("end"), found.end)
                assertEquals(expected.get("confidence").asDouble, found.confidence, CLOSE)
            }
        }
    }

    @Test
    fun `text, words, times and confidences are those of Python`() {
        for (case in Golden.cases("ctc.json")) {
            assertTranscript(case, GreedyStream.decode(case.logits(), case.vocabulary(), case.frames()))
        }
    }

    @Test
    fun `cuts change nothing, and words come as they are completed`() {
        val random = Random(7)
        for (case in Golden.cases("ctc.json")) {
            val logits = case.logits()
            repeat(20) {
                val stream = GreedyStream(case.vocabulary(), case.frames())
                val told = mutableListOf<Word>()
                var at = 0
                while (at < logits.frames) {
                    val next = minOf(logits.frames, at + random.nextInt(5))
                    told += stream.push(logits.slice(at, next))
                    assertEquals(stream.words, told)
                    at = next
                }
                val transcript = stream.finish()
                assertTranscript(case, transcript)
                assertEquals(told, transcript.words.take(told.size))
            }
        }
    }

    @Test
    fun `a partial text is what the stream would say if it ended there`() {
        for (case in Golden.cases("ctc.json")) {
            val (logits, vocabulary) = case.logits() to case.vocabulary()
            for (cut in 0..logits.frames) {
                val stream = GreedyStream(vocabulary, case.frames())
                stream.push(logits.slice(0, cut))
                val rest = stream.partial(logits.slice(cut, logits.frames))
                val said = (stream.words.map { it.text } + rest).filter { it.isNotEmpty() }
                // Words without a gap may compose with each other.
                val text = Normalizer.normalize(said.joinToString(vocabulary.gap), Normalizer.Form.NFC)
                assertEquals(case.string("text"), text)
            }
        }
    }

    @Test
    fun `a delimiter completes its word at once`() {
        val stream = GreedyStream(letters, frames)
        assertEquals(listOf<String>(), stream.push(spoken(2, 0, 3)).map { it.text })
        assertEquals("ab", stream.partial())
        assertEquals(listOf("ab"), stream.push(spoken(1)).map { it.text })
        assertEquals("", stream.partial())
        assertEquals("ab b", stream.run { push(spoken(1, 3)); finish() }.text)
    }

    @Test
    fun `decomposed letters come out composed`() {
        val vocabulary = Vocabulary(listOf("_", "e", "\u0301"), 0, null, setOf(0))
        val words = GreedyStream.decode(spoken(1, 0, 2, vocabulary = 3), vocabulary, frames)
        assertEquals("\u00e9", words.text)
    }

    @Test
    fun `logits that are no numbers never become text`() {
        for (value in listOf(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)) {
            val logits = spoken(2, 3).apply { values[5] = value }
            assertThrows(LogitsException::class.java) { GreedyStream(letters, frames).push(logits) }
        }
    }

    @Test
    fun `logits of another vocabulary are refused`() {
        val logits = spoken(2, vocabulary = 5)
        assertThrows(IllegalArgumentException::class.java) { GreedyStream(letters, frames).push(logits) }
    }

    private fun spoken(vararg ids: Int, vocabulary: Int = 4): Logits {
        val values = FloatArray(ids.size * vocabulary) { if (ids[it / vocabulary] == it % vocabulary) 5f else 0f }
        return Logits(values, vocabulary)
    }

    private fun assertTranscript(case: JsonObject, found: Transcript) {
        assertEquals(case.string("text"), found.text)
        assertEquals(case.get("confidence").asDouble, found.confidence, CLOSE)
        val words = case.list("words").map { it.asJsonObject }
        assertEquals(words.map { it.string("text") }, found.words.map { it.text })
        for ((expected, word) in words.zip(found.words)) {
            assertEquals(expected.get("start").asDouble, word.start, 1e-9)
            assertEquals(expected.get("end").asDouble, word.end, 1e-9)
            assertEquals(expected.get("confidence").asDouble, word.confidence, CLOSE)
        }
    }

    private fun JsonObject.logits() = list("logits").logits(list("tokens").size())

    private fun JsonObject.vocabulary() = Vocabulary(
        tokens = list("tokens").map { it.asString },
        blank = int("blank"),
        wordDelimiter = optional("word_delimiter")?.asInt,
        silent = list("silent").ints().toSet(),
    )

    /** Convolutions of the case's hop; how they come by it does not matter to the decoder. */
    private fun JsonObject.frames(): FrameArithmetic {
        assertEquals(SAMPLE_RATE, int("sample_rate"))
        return FrameArithmetic(listOf(int("hop_samples")), listOf(int("hop_samples")))
    }
}
