package kerasw2v2.jvm

import java.io.File
import kerasw2v2.core.Bundle
import kerasw2v2.core.FileSource
import kerasw2v2.core.LiveSession
import kerasw2v2.core.LiveTranscriber
import kerasw2v2.core.Metadata
import kerasw2v2.core.Network
import kerasw2v2.core.Transcriber
import kerasw2v2.core.WavFile
import kerasw2v2.core.WavPlayer
import kerasw2v2.core.WavSound
import kerasw2v2.core.WindowPlan
import kotlin.system.exitProcess

private const val LATENCY = 0.4

/**
 * Plays WAV files to a bundle as the app does it: real time, one thread that records and one that
 * recognises. Each must become the text that it has read whole, all of them the same text, and the
 * recogniser must keep up.
 *
 * Arguments: the bundle, the path of libLiteRt.so, WAV files of one speech at any rates.
 */
fun main(arguments: Array<String>) {
    val (bundle, libraryPath) = arguments.map(::File)
    val metadata = FileSource(bundle).use(Bundle::read)
    val library = LiteRtLibrary.load(libraryPath.path)
    LiteRtModel(library, bundle, threads = 1, weightCache = null).use { model ->
        val network = JvmNetwork(model, metadata)
        val texts = arguments.drop(2).map { file ->
            FileSource(File(file)).use { source -> heard(WavFile(source), metadata, network) }
        }
        if (texts.toSet().size != 1) fail("files of one speech become $texts")
    }
}

private fun heard(wav: WavFile, metadata: Metadata, network: Network): String {
    val sound = WavSound(wav)
    val whole = Transcriber(metadata, network).transcribe(sound.read(0, sound.length.toInt())).text
    val window = metadata.signatures.first().samples.toLong()
    val plan = WindowPlan.forLatency(metadata.frames, window, LATENCY)
    val transcriber = LiveTranscriber(metadata.vocabulary, metadata.frames, plan, network)
    val ending = LiveSession(WavPlayer(sound), transcriber) {}.run { true }
    ending.failure?.let { throw it }
    val speed = transcriber.speed
    val latencies = listOf(0.5, 0.95).map { 1000 * speed.latency(it)!! }
    println(
        "  ${wav.rate} Hz: ${ending.transcript.text}\n  real-time factor %.3f, p50 %.0f ms, p95 %.0f ms"
            .format(speed.realTimeFactor, latencies[0], latencies[1]),
    )
    if (ending.transcript.text != whole) fail("read whole it says: $whole")
    if (speed.realTimeFactor!! >= 1) fail("slower than the sound")
    return whole
}

private fun fail(message: String): Nothing {
    println("  FAIL $message")
    exitProcess(1)
}
