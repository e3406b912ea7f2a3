package kerasw2v2.core

/**
 * Text from sound that is still being made: push PCM, read words.
 *
 * Not safe for several threads at once.
 *
 * @param plan decides the latency, see [WindowPlan.forLatency].
 * @param nanoTime the clock of [speed].
 */
class LiveTranscriber(
    vocabulary: Vocabulary,
    private val frames: FrameArithmetic,
    private val plan: WindowPlan,
    private val network: Network,
    private val nanoTime: () -> Long = System::nanoTime,
) {
    private val heard = RingBuffer(plan.samples.toInt())
    private val stream = GreedyStream(vocabulary, frames)
    private var window = plan.windowAt(0)

    /** Windows that have been run: nothing to read has changed since it last did. */
    var windows = 0L
        private set

    val speed = SpeedMeter()

    /** What the words so far do not say yet; later sound may change it. */
    var partial = ""
        private set

    /** Seconds of sound so far. */
    val seconds: Double
        get() = heard.end.toDouble() / SAMPLE_RATE

    /**
     * Takes the next samples, runs the windows that they complete and returns their new words.
     *
     * @param arrived when the last of the samples came, by [nanoTime].
     * @throws AudioException not_finite or too_loud; nothing of [samples] is taken then.
     */
    fun push(samples: FloatArray, arrived: Long = nanoTime()): List<Word> {
        Pcm.requireUsable(samples, heard.end)
        val words = mutableListOf<Word>()
        var at = 0
        while (at < samples.size) {
            // No further than the window's end: the ring holds one window and not a sample more.
            val to = minOf(samples.size.toLong(), at + window.end - heard.end).toInt()
            heard.write(samples, at, to)
            at = to
            if (heard.end == window.end) {
                words += run(window, arrived)
                window = plan.windowAt(++windows)
            }
        }
        return words
    }

    /** Ends the recording and returns the transcript of all of it. */
    fun finish(): Transcript {
        plan.last(windows, heard.end)?.let { run(it, nanoTime()) }
        partial = ""
        return stream.finish()
    }

    private fun run(window: Window, arrived: Long): List<Word> {
        val started = nanoTime()
        val logits = network.logits(heard.read(window.start, window.end))
        val done = nanoTime()
        val words = stream.push(window.kept(logits))
        partial = stream.partial(window.ahead(logits))
        speed.record(
            newAudio = frames.seconds(window.keepTo - window.keepFrom),
            run = (done - started) / 1e9,
            latency = (done - arrived) / 1e9,
        )
        return words
    }
}
