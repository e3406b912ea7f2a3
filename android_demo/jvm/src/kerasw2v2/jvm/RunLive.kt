package kerasw2v2.jvm

import java.io.File
import kerasw2v2.core.Bundle
import kerasw2v2.core.FileSource
import kerasw2v2.core.LiveSession
import kerasw2v2.core.LiveTranscriber
import kerasw2v2.core.Transcriber
import kerasw2v2.core.WavFile
import kerasw2v2.core.WavPlayer
import kerasw2v2.core.WindowPlan
import kotlin.system.exitProcess

private const val LATENCY = 0.4

/**
 * Plays a WAV file to a bundle as the app does it: real time, one thread that records and one that
 * recognises. The text must be that of the file read whole, and the recogniser must keep up.
 *
 * Arguments: the bundle, the WAV file, the path of libLiteRt.so.
 */
fun main(arguments: Array<String>) {
    val (bundle, wavFile, libraryPath) = arguments.map(::File)
    val metadata = FileSource(bundle).use(Bundle::read)
    val library = LiteRtLibrary.load(libraryPath.path)
    FileSource(wavFile).use { source ->
        LiteRtModel(library, bundle, threads = 1, weightCache = null).use { model ->
            val network = JvmNetwork(model, metadata)
            val wav = WavFile(source)
            val whole = Transcriber(metadata, network).transcribe(wav.read(0, wav.length.toInt()))
            val window = metadata.signatures.first().samples.toLong()
            val plan = WindowPlan.forLatency(metadata.frames, window, LATENCY)
            val transcriber = LiveTranscriber(metadata.vocabulary, metadata.frames, plan, network)
            val ending = LiveSession(WavPlayer(wav), transcriber) {}.run { true }
            val speed = transcriber.speed
            val latencies = listOf(0.5, 0.95).map { 1000 * speed.latency(it)!! }
            println(
                "  ${ending.transcript.text}\n  real-time factor %.3f, p50 %.0f ms, p95 %.0f ms"
                    .format(speed.realTimeFactor, latencies[0], latencies[1]),
            )
            ending.failure?.let { throw it }
            if (ending.transcript.text != whole.text) println("  FAIL read whole it says: ${whole.text}")
            if (speed.realTimeFactor!! >= 1) println("  FAIL slower than the sound")
            if (ending.transcript.text != whole.text || speed.realTimeFactor!! >= 1) exitProcess(1)
        }
    }
}
