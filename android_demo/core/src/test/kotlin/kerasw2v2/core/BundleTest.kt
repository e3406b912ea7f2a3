package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class BundleTest {
    @Test
    fun `every bundle is read or refused as Python does`() {
        for (case in Golden.cases("bundles.json")) {
            val found = runCatching { Bundle.read(BytesSource(Golden.bytes(case))) }
            val error = found.exceptionOrNull()
            if (error != null && error !is BundleException) throw AssertionError(case.string("name"), error)
            val word = error?.fault?.word
            assertEquals("${case.string("name")}: ${error?.message}", case.optional("error")?.asString, word)
            found.getOrNull()?.let { assertMetadata(case.getAsJsonObject("metadata"), it) }
        }
    }

    @Test
    fun `there is a case for every fault`() {
        val words = Golden.cases("bundles.json").mapNotNull { it.optional("error")?.asString }.toSet()
        assertEquals(BundleFault.entries.map { it.word }.toSet(), words)
    }

    @Test
    fun `the bundled recogniser is read from its file`() {
        val metadata = FileSource(Golden.file("recogniser.tflite")).use(Bundle::read)
        assertEquals("int8", metadata.variant)
        assertTrue(metadata.modelBytes < Golden.file("recogniser.tflite").length())
    }

    @Test
    fun `the shortest window that holds a clip is chosen`() {
        val metadata = FileSource(Golden.file("recogniser.tflite")).use(Bundle::read)
        for ((i, signature) in metadata.signatures.withIndex()) {
            assertEquals(signature, metadata.signatureFor(signature.samples))
            if (i > 0) assertEquals(signature, metadata.signatureFor(metadata.signatures[i - 1].samples + 1))
        }
        assertThrows(IllegalArgumentException::class.java) {
            metadata.signatureFor(metadata.signatures.last().samples + 1)
        }
    }

    private fun assertMetadata(expected: com.google.gson.JsonObject, found: Metadata) {
        val values = mapOf(
            "conv_kernels" to { it: com.google.gson.JsonElement -> it.asJsonArray.ints() == found.frames.kernels },
            "conv_strides" to { it -> it.asJsonArray.ints() == found.frames.strides },
            "hop_samples" to { it -> it.asLong == found.frames.hop },
            "receptive_field_samples" to { it -> it.asLong == found.frames.receptiveField },
            "normalize_waveform" to { it -> it.asBoolean == found.normalizeWaveform },
            "tokens" to { it -> it.asJsonArray.map { token -> token.asString } == found.vocabulary.tokens },
            "blank" to { it -> it.asInt == found.vocabulary.blank },
            "word_delimiter" to { it -> it.takeUnless { it.isJsonNull }?.asInt == found.vocabulary.wordDelimiter },
            "silent" to { it -> it.asJsonArray.ints().toSet() == found.vocabulary.silent },
            "variant" to { it -> it.asString == found.variant },
            "languages" to { it -> it.asJsonArray.map { language -> language.asString } == found.languages },
            "licence" to { it -> it.takeUnless { it.isJsonNull }?.asString == found.licence },
            "model_bytes" to { it -> it.asLong == found.modelBytes },
            "sha256" to { it -> it.asString == found.sha256 },
            "signatures" to { it ->
                found.signatures == it.asJsonArray.map { signature ->
                    signature.asJsonObject.run { Signature(string("name"), int("samples"), int("frames")) }
                }
            },
        )
        val known = expected.entrySet().filter { it.key in values }
        assertTrue("nothing to compare in $expected", known.isNotEmpty())
        for ((key, value) in known) assertTrue("$key: $value, read $found", values.getValue(key)(value))
    }
}
