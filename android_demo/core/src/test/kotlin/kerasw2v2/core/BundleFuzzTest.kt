package kerasw2v2.core

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonPrimitive
import java.util.Random
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

private const val CASES = 5_000

/** A test that takes longer hangs. */
private const val TIMEOUT = 120_000L

class BundleFuzzTest {
    private val sound = Golden.bytes(Golden.cases("bundles.json").first { it.optional("error") == null })
    private val metadata = Bundle.read(BytesSource(sound))
    private val writer = BundleWriter(sound)

    @Test(timeout = TIMEOUT)
    fun `a broken bundle is refused by name or gives what the sound one gives`() {
        val mutation = Mutation(Random(11))
        var refused = 0
        repeat(CASES) { case ->
            val broken = mutation.of(sound)
            try {
                assertEquals("case $case", metadata, Bundle.read(BytesSource(broken)))
                val network = broken.copyOf(metadata.modelBytes.toInt())
                assertTrue("case $case", writer.network.contentEquals(network))
            } catch (error: BundleException) {
                refused++
            }
        }
        assertTrue("only $refused refused", refused > CASES * 3 / 4)
    }

    @Test(timeout = TIMEOUT)
    fun `broken metadata under right checksums is refused by name or agrees with itself`() {
        val mutation = Mutation(Random(12))
        repeat(CASES) {
            val json = mutation.of(writer.json.toByteArray())
            val bundle = writer.write(listOf(ZipContent("metadata.json", json)))
            try {
                val read = Bundle.read(BytesSource(bundle))
                assertEquals(metadata.sha256, read.sha256)
                assertEquals(metadata.modelBytes, read.modelBytes)
                for (signature in read.signatures) {
                    assertEquals(read.frames.frames(signature.samples.toLong()), signature.frames.toLong())
                }
            } catch (error: BundleException) {
                val possible = setOf(
                    BundleFault.BAD_METADATA, BundleFault.NEWER_FORMAT, BundleFault.WRONG_CHECKSUM,
                )
                assertTrue(error.message, error.fault in possible)
            }
        }
    }

    @Test(timeout = TIMEOUT)
    fun `every key of every wrong type is refused`() {
        val wrong = listOf<JsonElement>(
            JsonNull.INSTANCE,
            JsonPrimitive(true),
            JsonPrimitive(-1),
            JsonPrimitive(1.5),
            JsonPrimitive(1e300),
            JsonPrimitive("1"),
            JsonObject(),
            JsonArray(),
            JsonArray().apply { add(JsonNull.INSTANCE) },
            JsonArray().apply { add(Int.MAX_VALUE) },
        )
        for (key in KEYS) {
            assertRefused(BundleFault.BAD_METADATA, key) { remove(key) }
            for (value in wrong.filterNot { fits(key, it) }) {
                assertRefused(BundleFault.BAD_METADATA, "$key $value") { add(key, value) }
            }
        }
    }

    /** Whether a value is of the key's type, so that another fault or none at all is right. */
    private fun fits(key: String, value: JsonElement): Boolean = when (key) {
        "normalize_waveform" -> value is JsonPrimitive && value.isBoolean
        "vocabulary", "versions" -> value is JsonObject
        "normalizer", "training" -> value is JsonObject || value.isJsonNull
        "licence" -> value.isJsonNull || value is JsonPrimitive && value.isString
        "variant", "sha256" -> value is JsonPrimitive && value.isString
        "languages", "silent" -> value is JsonArray && value.isEmpty
        "word_delimiter" -> value.isJsonNull
        "model_bytes" -> value is JsonPrimitive && value.toString() == "-1"
        else -> false
    }

    @Test(timeout = TIMEOUT)
    fun `entries that climb out of the folder are refused`() {
        val random = Random(13)
        val climbing = listOf("..", "../x", "a/../../b", "/etc/passwd", "C:\\x", "a\\b", "a:b", "x\u0000.json", "")
        val more = List(200) { "..${"/".repeat(1 + random.nextInt(3))}${random.nextInt()}" }
        for (name in climbing + more) {
            val climber = ZipContent(name, ByteArray(random.nextInt(9)))
            val entries = listOf(writer.metadataEntry(), climber).shuffled(random)
            assertRefused(BundleFault.UNSAFE_ARCHIVE, name, writer.write(entries))
        }
        val many = List(16) { ZipContent("$it", ByteArray(0)) }
        assertRefused(BundleFault.UNSAFE_ARCHIVE, "17 entries", writer.write(many + writer.metadataEntry()))
        assertRefused(BundleFault.UNSAFE_ARCHIVE, "twice", writer.write(List(2) { writer.metadataEntry() }))
    }

    @Test(timeout = TIMEOUT)
    fun `entries whose sizes lie are refused before they are read`() {
        val sizes = listOf((4 shl 20) + 1, Int.MAX_VALUE, -1, Int.MIN_VALUE)
        for (size in sizes) {
            val lying = ZipContent("metadata.json", writer.json.toByteArray(), size = size, storedSize = size)
            assertRefused(BundleFault.TOO_LARGE, "$size bytes", writer.write(listOf(lying)))
        }
        val spaces = writer.metadataEntry(writer.json + " ".repeat(4 shl 20))
        assertRefused(BundleFault.TOO_LARGE, "spaces", writer.write(listOf(spaces)))
    }

    @Test(timeout = TIMEOUT)
    fun `compressed, encrypted and damaged entries are refused`() {
        val json = writer.json.toByteArray()
        val damaged = listOf(
            ZipContent("metadata.json", json, method = 8),
            ZipContent("metadata.json", json, flags = 1),
            ZipContent("metadata.json", json, crc = 0),
            ZipContent("metadata.json", json, size = json.size - 1),
            ZipContent("metadata.json", json, size = json.size + 60, storedSize = json.size + 60),
        )
        for (entry in damaged) {
            assertRefused(BundleFault.DAMAGED_ARCHIVE, "entry", writer.write(listOf(entry)))
            val besides = entry.run { ZipContent("vocab.json", content, size, storedSize, method, flags, crc) }
            assertRefused(BundleFault.DAMAGED_ARCHIVE, "besides", writer.write(listOf(writer.metadataEntry(), besides)))
        }
    }

    @Test(timeout = TIMEOUT)
    fun `entries that share bytes or lie outside the archive are refused`() {
        val inner = ZipContent("inner", ByteArray(0))
        val outer = ZipContent("outer", inner.header())
        val inOuter = writer.network.size + outer.header().size
        val places = mapOf(
            "inside another" to inOuter,
            "in the network" to 8,
            "behind the end" to Int.MAX_VALUE,
            "at a negative place" to -1,
        )
        for ((what, at) in places) {
            val entries = listOf(outer, ZipContent("inner", ByteArray(0), at = at), writer.metadataEntry())
            assertRefused(BundleFault.DAMAGED_ARCHIVE, what, writer.write(entries))
        }
    }

    @Test(timeout = TIMEOUT)
    fun `an end record that lies about the directory is refused`() {
        val fields = mapOf("disk" to 4, "entries here" to 8, "entries" to 10, "size" to 12, "place" to 16)
        for ((what, field) in fields) {
            for (step in listOf(-1, 1)) {
                val bundle = writer.write()
                bundle[bundle.size - 22 + field] = (bundle[bundle.size - 22 + field] + step).toByte()
                assertRefused(BundleFault.NO_ARCHIVE, "$what $step", bundle)
            }
        }
    }

    @Test(timeout = TIMEOUT)
    fun `an entry that calls itself otherwise in its own header is refused`() {
        val bundle = writer.write()
        val name = writer.network.size + 30
        bundle[name] = 'M'.code.toByte()
        assertRefused(BundleFault.DAMAGED_ARCHIVE, "other name", bundle)
    }

    @Test(timeout = TIMEOUT)
    fun `JSON made to exhaust its reader is refused`() {
        val deep = 1_000_000
        val huge = writer.json.replaceFirst(Regex("\"blank\": *\\d+"), "\"blank\": ${"9".repeat(deep)}")
        val cruel = listOf("[".repeat(deep), "{\"a\":".repeat(deep / 2), "1".repeat(deep), "\"\\u0000", huge)
        for (json in cruel) {
            assertRefused(BundleFault.BAD_METADATA, json.take(9), writer.write(listOf(writer.metadataEntry(json))))
        }
    }

    @Test(timeout = TIMEOUT)
    fun `any other checksum, length or network is refused`() {
        val random = Random(14)
        repeat(500) {
            val network = writer.network.copyOf()
            network[8 + random.nextInt(network.size - 8)]++
            assertRefused(BundleFault.WRONG_CHECKSUM, "network", writer.write(network = network))
        }
        assertRefused(BundleFault.WRONG_CHECKSUM, "longer", writer.write(network = writer.network + 0))
        assertRefused(BundleFault.WRONG_CHECKSUM, "sha256") { addProperty("sha256", "0".repeat(64)) }
        assertRefused(BundleFault.WRONG_CHECKSUM, "size") { addProperty("model_bytes", metadata.modelBytes - 1) }
        assertRefused(BundleFault.WRONG_CHECKSUM, "size") { addProperty("model_bytes", Long.MAX_VALUE) }
    }

    private fun assertRefused(fault: BundleFault, what: String, change: JsonObject.() -> Unit) =
        assertRefused(fault, what, writer.write(writer.metadata.apply(change)))

    private fun assertRefused(fault: BundleFault, what: String, bundle: ByteArray) {
        val error = assertThrows(what, BundleException::class.java) { Bundle.read(BytesSource(bundle)) }
        assertEquals("$what: ${error.message}", fault, error.fault)
    }

    private companion object {
        val KEYS = listOf(
            "format", "sample_rate", "conv_kernels", "conv_strides", "hop_samples", "receptive_field_samples",
            "normalize_waveform", "tokens", "blank", "word_delimiter", "silent", "vocabulary", "normalizer",
            "variant", "signatures", "languages", "training", "licence", "versions", "model_bytes", "sha256",
        )
    }
}
