package kerasw2v2.core

import com.google.gson.Gson
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParseException
import com.google.gson.JsonPrimitive
import com.google.gson.stream.JsonReader
import com.google.gson.stream.JsonToken
import java.io.IOException
import java.io.StringReader
import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException

/** Reads metadata.json: keys, types, and whether they agree with each other. */
internal object MetadataReader {
    private const val FORMAT = 2
    private val VARIANTS = setOf("float32", "float16", "int8", "int4", "int8-full")

    /** @throws BundleException bad_metadata or newer_format. */
    fun read(json: ByteArray): Metadata {
        val fields = Fields(parse(json))
        val format = fields.int("format")
        if (format > FORMAT) {
            throw BundleException(
                BundleFault.NEWER_FORMAT,
                "the bundle has format $format, this app reads $FORMAT: update the app",
            )
        }
        if (format != FORMAT) bad("format $format is not $FORMAT")
        return try {
            metadata(fields)
        } catch (disagreement: IllegalArgumentException) {
            bad(disagreement.message ?: "keys disagree")
        } catch (overflow: ArithmeticException) {
            bad("conv_kernels and conv_strides are too large: ${overflow.message}")
        }
    }

    private fun metadata(fields: Fields): Metadata {
        val frames = FrameArithmetic(fields.ints("conv_kernels"), fields.ints("conv_strides"))
        agree("hop_samples", fields.int("hop_samples"), frames.hop)
        agree("receptive_field_samples", fields.int("receptive_field_samples"), frames.receptiveField)
        agree("sample_rate", fields.int("sample_rate"), SAMPLE_RATE.toLong())
        // Not for us, but a bundle that lacks or mangles them was not made as bundles are.
        for (key in listOf("vocabulary", "versions")) fields.jsonObject(key)
        for (key in listOf("normalizer", "training")) if (!fields.isNull(key)) fields.jsonObject(key)
        return Metadata(
            frames = frames,
            normalizeWaveform = fields.boolean("normalize_waveform"),
            vocabulary = Vocabulary(
                tokens = fields.strings("tokens"),
                blank = fields.int("blank"),
                wordDelimiter = if (fields.isNull("word_delimiter")) null else fields.int("word_delimiter"),
                silent = fields.ints("silent").toSet(),
            ),
            variant = fields.string("variant").also { require(it in VARIANTS) { "variant is $it" } },
            signatures = signatures(fields, frames),
            languages = fields.strings("languages"),
            licence = if (fields.isNull("licence")) null else fields.string("licence"),
            modelBytes = fields.long("model_bytes"),
            sha256 = fields.string("sha256"),
        )
    }

    private fun signatures(fields: Fields, frames: FrameArithmetic): List<Signature> {
        val signatures = fields.objects("signatures").map {
            Signature(it.string("name"), it.int("samples"), it.int("frames"))
        }
        require(signatures.isNotEmpty()) { "no signatures" }
        for (signature in signatures) {
            agree("frames of ${signature.name}", signature.frames, frames.frames(signature.samples.toLong()))
            require(signature.frames > 0) { "${signature.name} is too short for a frame" }
        }
        require(signatures.distinctBy { it.name }.size == signatures.size) { "two signatures have one name" }
        require(signatures.zipWithNext().all { (a, b) -> a.samples < b.samples }) {
            "signatures are not in rising order"
        }
        return signatures
    }

    private fun agree(key: String, said: Int, follows: Long) =
        require(said.toLong() == follows) { "$key is $said, it must be $follows" }

    private fun parse(json: ByteArray): JsonObject {
        try {
            val text = Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString()
            val reader = JsonReader(StringReader(text))
            val root = Gson().getAdapter(JsonElement::class.java).read(reader)
            if (root !is JsonObject || reader.peek() != JsonToken.END_DOCUMENT) bad("no JSON object")
            return root
        } catch (error: CharacterCodingException) {
            bad("not UTF-8")
        } catch (error: BundleException) {
            throw error
        } catch (error: IOException) {
            bad("no JSON: ${error.message?.take(200)}")
        } catch (error: JsonParseException) {
            bad("no JSON: ${error.message?.take(200)}")
        }
    }

    /** The keys of an object, each of a type that is asked for. */
    private class Fields(private val content: JsonObject) {
        fun int(key: String): Int = int(key, element(key))

        fun long(key: String): Long = integer(key, element(key)) ?: bad("$key is no number of 64 bits")

        fun ints(key: String): List<Int> = list(key).map { int(key, it) }

        fun string(key: String): String = string(key, element(key))

        fun strings(key: String): List<String> = list(key).map { string(key, it) }

        fun boolean(key: String): Boolean {
            val element = element(key)
            if (element !is JsonPrimitive || !element.isBoolean) bad("$key is no boolean")
            return element.asBoolean
        }

        fun jsonObject(key: String): JsonObject = element(key) as? JsonObject ?: bad("$key is no object")

        fun objects(key: String): List<Fields> =
            list(key).map { Fields(it as? JsonObject ?: bad("$key holds something else than objects")) }

        fun isNull(key: String): Boolean = element(key).isJsonNull

        private fun element(key: String): JsonElement = content.get(key) ?: bad("$key is missing")

        private fun list(key: String): List<JsonElement> {
            val element = element(key)
            if (!element.isJsonArray) bad("$key is no list")
            return element.asJsonArray.toList()
        }

        private fun string(key: String, element: JsonElement): String {
            if (element !is JsonPrimitive || !element.isString) bad("$key is no string")
            return element.asString
        }

        private fun int(key: String, element: JsonElement): Int {
            val value = integer(key, element)
            if (value == null || value !in Int.MIN_VALUE..Int.MAX_VALUE) bad("$key is too large")
            return value.toInt()
        }

        private fun integer(key: String, element: JsonElement): Long? {
            if (element !is JsonPrimitive || !element.isNumber) bad("$key is no integer")
            val digits = element.asString
            if (!digits.matches(INTEGER)) bad("$key is no integer")
            return digits.toLongOrNull()
        }

        private companion object {
            val INTEGER = Regex("-?[0-9]+")
        }
    }

    private fun bad(message: String): Nothing = throw BundleException(
        BundleFault.BAD_METADATA,
        "metadata.json: $message; export the bundle again",
    )
}
