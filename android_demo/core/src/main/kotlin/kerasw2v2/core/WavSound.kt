package kerasw2v2.core

/** A WAV file of any rate as 16 kHz sound, read piece by piece. */
class WavSound(private val wav: WavFile) {
    private val resampler = if (wav.rate == SAMPLE_RATE) null else Resampler(wav.rate)

    /** Samples at 16 kHz. */
    val length: Long = resampler?.length(wav.length) ?: wav.length

    /**
     * Returns the samples [first, first + count) at 16 kHz, averaged over the channels.
     *
     * @throws AudioException not_finite or too_loud.
     */
    fun read(first: Long, count: Int): FloatArray =
        resampler?.read(first, count, wav.length, wav::read) ?: wav.read(first, count)
}
