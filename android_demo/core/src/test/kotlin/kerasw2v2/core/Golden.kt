package kerasw2v2.core

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.io.File
import java.util.Base64
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue

/** The files that Python writes and that every language's tests read. */
object Golden {
    private val folder = File(requireNotNull(System.getProperty("golden")) { "set -Dgolden=FOLDER" })

    /** Returns the cases of a file; a file without any would prove nothing. */
    fun cases(name: String): List<JsonObject> {
        val cases = JsonParser.parseString(File(folder, name).readText()).asJsonObject.getAsJsonArray("cases")
        assertTrue("$name has no cases", cases.size() > 0)
        return cases.map { it.asJsonObject }
    }

    fun bytes(case: JsonObject): ByteArray = Base64.getDecoder().decode(case.get("base64").asString)

    fun file(name: String) = File(folder, name)
}

/** Bytes in memory as a [ByteSource]. */
class BytesSource(private val bytes: ByteArray) : ByteSource {
    override val size = bytes.size.toLong()

    override fun read(offset: Long, count: Int): ByteArray {
        require(offset >= 0 && count >= 0 && offset + count <= size) { "$count bytes at $offset of $size" }
        return bytes.copyOfRange(offset.toInt(), offset.toInt() + count)
    }

    override fun close() = Unit
}

/** Sound of a loudness that nobody could mistake for silence. */
fun noise(samples: Int, seed: Int = 1): FloatArray {
    val random = java.util.Random(seed.toLong())
    return FloatArray(samples) { random.nextFloat() * 2 - 1 }
}

fun JsonObject.int(key: String): Int = get(key).asInt

fun JsonObject.long(key: String): Long = get(key).asLong

fun JsonObject.string(key: String): String = get(key).asString

fun JsonObject.list(key: String): JsonArray = getAsJsonArray(key)

fun JsonObject.optional(key: String): JsonElement? = get(key)?.takeUnless { it.isJsonNull }

fun JsonArray.ints(): List<Int> = map { it.asInt }

fun JsonArray.longs(): List<Long> = map { it.asLong }

/** Reads [[float]], a row a frame. */
fun JsonArray.logits(vocabulary: Int): Logits =
    Logits(flatMap { row -> row.asJsonArray.map { it.asFloat } }.toFloatArray(), vocabulary)

fun JsonObject.frameArithmetic() =
    FrameArithmetic(list("kernels").ints(), list("strides").ints())

fun JsonObject.windowPlan() =
    WindowPlan(frameArithmetic(), long("window"), long("left"), long("right"))

fun JsonElement.window(): Window = asJsonObject.run {
    Window(long("start"), long("end"), long("first_frame"), long("keep_from"), long("keep_to"))
}

fun assertLogits(expected: Logits, found: Logits) {
    assertEquals(expected.frames, found.frames)
    assertEquals(expected.vocabulary, found.vocabulary)
    assertTrue(expected.values.contentEquals(found.values))
}
