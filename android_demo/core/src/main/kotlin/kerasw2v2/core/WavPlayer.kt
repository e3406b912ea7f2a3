package kerasw2v2.core

/** Plays a WAV file at the speed of a microphone, for emulators that have none. */
class WavPlayer(
    private val sound: WavSound,
    private val nanoTime: () -> Long = System::nanoTime,
    private val sleep: (milliseconds: Long) -> Unit = Thread::sleep,
) : SoundSource {
    override fun record(goOn: () -> Boolean, receive: (FloatArray) -> Unit) {
        val started = nanoTime()
        var at = 0L
        while (at < sound.length && goOn()) {
            val count = minOf(PIECE.toLong(), sound.length - at).toInt()
            val piece = sound.read(at, count)
            at += count
            // A microphone tells a sample no sooner than it was spoken.
            val due = started + at * 1_000_000_000 / SAMPLE_RATE
            val early = (due - nanoTime()) / 1_000_000
            if (early > 0) sleep(early)
            receive(piece)
        }
    }

    private companion object {
        const val PIECE = SAMPLE_RATE / 50
    }
}
