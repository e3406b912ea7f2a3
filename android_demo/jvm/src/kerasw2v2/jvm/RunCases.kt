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
    val (folder, libraryPath) = arguments
    val library = LiteRtLibrary.load(libraryPath)
    val cases = JsonParser.parseString(File(folder, "cases.json").readText()).asJsonObject.getAsJsonArray("cases")
    if (cases.isEmpty) {
        println("  no cases in $folder/cases.json: write them again")
        exitProcess(1)
    }
    var failures = 0
    for ((bundle, ofBundle) in cases.map { it.asJsonObject }.groupBy { it.get("bundle").asString }) {
        val file = File(folder, bundle)
        val metadata = FileSource(file).use(Bundle::read)
        LiteRtModel(library, file, threads = 1).use { model ->
            for (case in ofBundle) failures += runCase(File(folder), case, metadata, JvmNetwork(model, metadata))
        }
    }
    if (failures > 0) exitProcess(1)
}

/** Prints a line on one case and returns the number of claims that it breaks. */
private fun runCase(folder: File, case: JsonObject, metadata: Metadata, network: JvmNetwork): Int {
    val name = case.get("signature").asString
    val signature = metadata.signatures.first { it.name == name }
    val waveform = readWav(File(folder, case.get("wav").asString)).let {
        it.copyOf(minOf(it.size, signature.samples))
    }
    val logits = network.logits(signature, waveform, waveform.size)
    val expected = expectedLogits(case)
    val text = GreedyStream.decode(logits, metadata.vocabulary, metadata.frames).text
    val problems = buildList {
        val error = relativeError(logits, expected)
        val tolerance = case.get("relative_tolerance").asDouble
        // Not "error > tolerance": NaN must fail.
        if (!(error <= tolerance)) add("relative error $error, allowed $tolerance")
        val wanted = case.get("text").asString
        if (case.get("same_text").asBoolean && text != wanted) add("text '$text', wanted '$wanted'")
        val ids = GreedyStream.symbols(logits, metadata.vocabulary.blank).map { it.id }
        if (network.tokenIds(signature) != ids) add("token_ids are not its logits' collapsed best")
    }
    val what = "${case.get("bundle").asString} ${signature.name}: $text"
    println(if (problems.isEmpty()) "  ok   $what" else "  FAIL $what\n       ${problems.joinToString("\n       ")}")
    return problems.size
}

private fun readWav(file: File): FloatArray = FileSource(file).use { source ->
    WavFile(source).run { read(0, length.toInt()) }
}

private fun expectedLogits(case: JsonObject): Logits {
    val bytes = Base64.getDecoder().decode(case.get("logits_base64").asString)
    val floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()
    return Logits(FloatArray(floats.remaining()).also(floats::get), case.get("vocabulary_size").asInt)
}

/** Returns the largest difference, in shares of the largest logit expected. */
private fun relativeError(logits: Logits, expected: Logits): Double {
    if (logits.frames != expected.frames || logits.vocabulary != expected.vocabulary) return Double.NaN
    val largest = expected.values.maxOf { abs(it) }
    return logits.values.indices.maxOf { abs(logits.values[it] - expected.values[it]).toDouble() } / largest
}
