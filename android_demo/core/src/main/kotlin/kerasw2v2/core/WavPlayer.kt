package kerasw2v2.core

/**
 * Plays a WAV file at the speed of a microphone, for emulators that have none.
 *
 * @throws AudioException a rate other than 16 kHz.
 */
class WavPlayer(
    private val wav: WavFile,
    private val nanoTime: () -> Long = System::nanoTime,
    private val sleep: (milliseconds: Long) -> Unit = Thread::sleep,
) : SoundSource {
    init {
        requireReadableRate(wav)
    }

    override fun record(goOn: () -> Boolean, receive: (FloatArray) -> Unit) {
        val started = nanoTime()
        var at = 0L
        while (at < wav.length && goOn()) {
            val count = minOf(PIECE.toLong(), wav.length - at).toInt()
            val piece = wav.read(at, count)
            at += count
            // A microphone tells a sample no sooner than it was spoken.
            val due = started + at * 1_000_000_000 / SAMPLE_RATE
            val early = (due - nanoTime()) / 1_000_000
            if (early > 0) sleep(early)
            receive(piece)
        }
    }

    companion object {
        private const val PIECE = SAMPLE_RATE / 50

        /** @throws AudioException a rate that is not the recogniser's. */
        fun requireReadableRate(wav: WavFile) {
            if (wav.rate == SAMPLE_RATE) return
            throw AudioException(
                AudioFault.UNSUPPORTED_WAV,
                "the file has ${wav.rate} Hz, the recogniser hears $SAMPLE_RATE Hz: convert it " +
                    "with ffmpeg -i IN.wav -ar $SAMPLE_RATE OUT.wav",
            )
        }
    }
}
