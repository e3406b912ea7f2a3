package kerasw2v2.jvm

import kerasw2v2.core.Logits
import kerasw2v2.core.Metadata
import kerasw2v2.core.Network
import kerasw2v2.core.Signature

/** The network of a bundle in LiteRT on a desktop JVM. */
internal class JvmNetwork(private val model: LiteRtModel, private val bundle: Metadata) : Network {
    override fun logits(waveform: FloatArray, numSamples: Int): Logits =
        logits(bundle.signatureFor(numSamples), waveform, numSamples)

    /** Runs the window of [signature], longer than needed or not. */
    fun logits(signature: Signature, waveform: FloatArray, numSamples: Int): Logits {
        val open = model.signature(signature.name)
        val window = FloatArray(signature.samples)
        waveform.copyInto(window, 0, 0, numSamples)
        open.inputs.getValue("waveform").write(window)
        open.inputs.getValue("num_samples").write(numSamples)
        open.run()
        val vocabulary = bundle.vocabulary.tokens.size
        val logits = open.outputs.getValue("logits").readFloats(signature.frames * vocabulary)
        val frames = open.outputs.getValue("num_frames").readInts(1).single()
        return Logits(logits, vocabulary).slice(0, frames)
    }

    /** Returns the tokens that the network itself collapsed in its last run of [signature]. */
    fun tokenIds(signature: Signature): List<Int> =
        model.signature(signature.name).outputs.getValue("token_ids")
            .readInts(signature.frames).takeWhile { it >= 0 }
}
