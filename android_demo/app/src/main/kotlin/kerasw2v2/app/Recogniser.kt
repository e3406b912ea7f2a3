package kerasw2v2.app

import java.io.File
import kerasw2v2.core.LiveTranscriber
import kerasw2v2.core.Metadata
import kerasw2v2.core.Signature
import kerasw2v2.core.WindowPlan
import kerasw2v2.core.Word

/** A bundle, loaded. */
class Recogniser(
    private val stored: ModelStore.Stored,
    private val choice: NetworkChoice,
    private val loadSeconds: Double,
) : AutoCloseable {
    val bundle: Metadata = stored.metadata
    val network: LiteRtNetwork = choice.network

    /** Returns a transcriber whose text follows the sound by about [latencySeconds]. */
    fun live(latencySeconds: Double): LiveTranscriber {
        val window = windowFor(latencySeconds)
        val plan = WindowPlan.forLatency(bundle.frames, window.samples.toLong(), latencySeconds)
        return LiveTranscriber(bundle.vocabulary, bundle.frames, plan, network)
    }

    /** Returns the text of words as the bundle's language joins them. */
    fun text(words: List<Word>): String = words.joinToString(bundle.vocabulary.gap) { it.text }

    /** Latencies to choose from, in seconds; the longest window bounds them. */
    val latencies: List<Double> =
        LATENCIES.filter { it <= bundle.frames.seconds(bundle.signatures.last().frames.toLong()) }

    fun state() = ModelState.Ready(
        variant = bundle.variant,
        languages = bundle.languages,
        licence = bundle.licence,
        megabytes = stored.file.length() / 1e6,
        imported = stored.imported,
        loadSeconds = loadSeconds,
        onGpu = choice.onGpu,
        whyNotGpu = choice.whyNotGpu,
    )

    override fun close() = network.close()

    /** Every step runs a whole window: the shortest that leaves enough past to hear a word in. */
    private fun windowFor(latencySeconds: Double): Signature =
        bundle.signatures.firstOrNull {
            bundle.frames.seconds(it.frames.toLong()) >= PAST * latencySeconds
        } ?: bundle.signatures.last()

    companion object {
        private const val PAST = 4
        private val LATENCIES = listOf(0.2, 0.4, 0.8, 1.6, 3.2)

        fun load(stored: ModelStore.Stored, execution: Execution, cache: File): Recogniser {
            val started = System.nanoTime()
            val choice = NetworkChoice.open(stored.file, stored.metadata, execution, cache)
            return Recogniser(stored, choice, (System.nanoTime() - started) / 1e9)
        }
    }
}
