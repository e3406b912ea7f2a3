package kerasw2v2.core

/**
 * Text of recordings of any length, in the memory of one window.
 *
 * @param bundle whose network [network] is.
 */
class Transcriber(private val bundle: Metadata, private val network: Network) {
    private val longest = bundle.signatures.last()
    private val plan = WindowPlan.forRecordings(bundle.frames, longest.samples.toLong())

    /**
     * Returns the transcript of a recording.
     *
     * @param totalSamples of the recording, at 16 kHz.
     * @param onProgress is told the words so far and the share of the recording that is read.
     * @param read returns the samples [from, to) of the recording.
     * @throws AudioException not_finite or too_loud.
     */
    fun transcribe(
        totalSamples: Long,
        onProgress: (words: List<Word>, share: Double) -> Unit = { _, _ -> },
        read: (from: Long, to: Long) -> FloatArray,
    ): Transcript {
        val stream = GreedyStream(bundle.vocabulary, bundle.frames)
        val total = bundle.frames.frames(totalSamples)
        for (window in windows(totalSamples)) {
            val samples = read(window.start, window.end)
            Pcm.requireUsable(samples, window.start)
            stream.push(window.kept(network.logits(samples)))
            onProgress(stream.words, window.keepTo.toDouble() / total)
        }
        return stream.finish()
    }

    /** Returns the transcript of [waveform]. */
    fun transcribe(waveform: FloatArray): Transcript =
        transcribe(waveform.size.toLong()) { from, to ->
            waveform.copyOfRange(from.toInt(), to.toInt())
        }

    private fun windows(totalSamples: Long): Sequence<Window> {
        if (totalSamples > longest.samples) return plan.of(totalSamples)
        val total = bundle.frames.frames(totalSamples)
        // All of it, with the samples after the last frame: as the network alone would read it.
        val whole = Window(0, totalSamples, 0, 0, total)
        return if (total == 0L) emptySequence() else sequenceOf(whole)
    }
}
