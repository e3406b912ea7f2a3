package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class WavFileTest {
    @Test
    fun `every file is read or refused as Python does`() {
        for (case in Golden.cases("wav.json")) {
            val found = runCatching {
                WavFile(BytesSource(Golden.bytes(case))).let { it to it.read(0, it.length.toInt()) }
            }
            val error = found.exceptionOrNull()
            if (error != null && error !is AudioException) throw AssertionError(case.string("name"), error)
            val word = error?.fault?.word
            assertEquals("${case.string("name")}: ${error?.message}", case.optional("error")?.asString, word)
            found.getOrNull()?.let { (wav, samples) ->
                assertEquals(case.string("name"), case.int("rate"), wav.rate)
                assertEquals(case.string("name"), case.int("channels"), wav.channels)
                val expected = case.list("samples").map { it.asFloat }.toFloatArray()
                org.junit.Assert.assertArrayEquals(case.string("name"), expected, samples, 1e-6f)
            }
        }
    }

    @Test
    fun `there is a case for every fault`() {
        val words = Golden.cases("wav.json").mapNotNull { it.optional("error")?.asString }.toSet()
        assertEquals(AudioFault.entries.map { it.word }.toSet(), words)
    }

    @Test
    fun `pieces of a file are the file`() {
        FileSource(Golden.file("speech.wav")).use { source ->
            val wav = WavFile(source)
            val whole = wav.read(0, wav.length.toInt())
            val pieces = (0 until wav.length step 997).map { wav.read(it, minOf(997, wav.length - it).toInt()) }
            assertTrue(whole.contentEquals(pieces.reduce(FloatArray::plus)))
        }
    }
}
