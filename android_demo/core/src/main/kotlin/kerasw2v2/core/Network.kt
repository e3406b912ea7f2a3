package kerasw2v2.core

/** The network of a bundle, wherever it runs. */
interface Network {
    /**
     * Returns the logits of the valid frames.
     *
     * @param waveform 16 kHz in [-1, 1]; what follows [numSamples] is not looked at.
     * @param numSamples at least the receptive field, at most the longest signature's.
     */
    fun logits(waveform: FloatArray, numSamples: Int = waveform.size): Logits
}
