package kerasw2v2.jvm

import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.Base64
import kerasw2v2.core.Bundle
import kerasw2v2.core.FileSource
import kerasw2v2.core.GreedyStream
import kerasw2v2.core.Logits
import kerasw2v2.core.Metadata
import kerasw2v2.core.WavFile
import kotlin.math.abs
import kotlin.system.exitProcess

/**
 * Runs the models of a folder's cases.json through LiteRT and compares with what Python got.
 *
 * Arguments: the folder, the path of libLiteRt.so.
 */
fun main(arguments: Array<String>) {
    val (folder, libraryPath) = arguments.map(::File)
    val library = LiteRtLibrary.load(libraryPath.path)
    val content = JsonParser.parseString(File(folder, "cases.json").readText()).asJsonObject
    val cases = content.getAsJsonArray("cases").map { Case(folder, it.asJsonObject) }
    if (cases.isEmpty()) {
        println("  no cases in $folder/cases.json: write them again")
        exitProcess(1)
    }
    var sound = true
    for ((bundle, ofBundle) in cases.groupBy { it.bundle }) {
        val metadata = FileSource(bundle).use(Bundle::read)
        val cache = File.createTempFile("packed", ".weights").apply { delete() }
        // The app keeps packed weights: writing and finding them must change nothing.
        for ((run, weightCache) in listOf("" to null, ", weights kept" to cache, ", weights found" to cache)) {
            LiteRtModel(library, bundle, threads = 1, weightCache).use { model ->
                for (case in ofBundle) sound = report(case, metadata, JvmNetwork(model, metadata), run) && sound
            }
        }
        cache.delete()
    }
    if (!sound) exitProcess(1)
}

/** What Python got of one clip in one window of one bundle. */
private class Case(folder: File, content: JsonObject) {
    val bundle = File(folder, content.get("bundle").asString)
    val wav = File(folder, content.get("wav").asString)
    val signature: String = content.get("signature").asString
    val tolerance = content.get("relative_tolerance").asDouble
    val text: String? = content.get("text").asString.takeIf { content.get("same_text").asBoolean }
    val logits: Logits

    init {
        val bytes = Base64.getDecoder().decode(content.get("logits_base64").asString)
        val floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()
        logits = Logits(FloatArray(floats.remaining()).also(floats::get), content.get("vocabulary_size").asInt)
    }
}

/** Prints a line on one case and returns whether all its claims hold. */
private fun report(case: Case, metadata: Metadata, network: JvmNetwork, run: String): Boolean {
    val signature = metadata.signatures.first { it.name == case.signature }
    val wav = FileSource(case.wav).use { source ->
        WavFile(source).run { read(0, minOf(length, signature.samples.toLong()).toInt()) }
    }
    val logits = network.logits(signature, wav, wav.size)
    val text = GreedyStream.decode(logits, metadata.vocabulary, metadata.frames).text
    val error = relativeError(logits, case.logits)
    val problems = buildList {
        // Written so that NaN is a problem.
        if (!(error <= case.tolerance)) add("relative error $error, allowed ${case.tolerance}")
        if (case.text != null && text != case.text) add("text '$text', wanted '${case.text}'")
        val ids = GreedyStream.symbols(logits, metadata.vocabulary.blank).map { it.id }
        if (network.tokenIds(signature) != ids) add("token_ids are not its logits' collapsed best")
    }
    val verdict = if (problems.isEmpty()) "ok  " else "FAIL"
    println("  $verdict ${case.bundle.name} ${signature.name}$run, error %.1e: ${text.take(60)}".format(error))
    problems.forEach { println("       $it") }
    return problems.isEmpty()
}

/** Returns the largest difference, in shares of the largest logit expected. */
private fun relativeError(logits: Logits, expected: Logits): Double {
    if (logits.frames != expected.frames || logits.vocabulary != expected.vocabulary) return Double.NaN
    val largest = expected.values.maxOf { abs(it) }
    return logits.values.indices.maxOf { abs(logits.values[it] - expected.values[it]).toDouble() } / largest
}
