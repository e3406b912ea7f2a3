package kerasw2v2.core

/**
 * What a network says of each frame.
 *
 * @property values frame after frame, [vocabulary] numbers each.
 * @property vocabulary tokens that a frame has a logit for.
 */
class Logits(val values: FloatArray, val vocabulary: Int) {
    val frames: Int

    init {
        require(vocabulary > 0 && values.size % vocabulary == 0) {
            "${values.size} logits do not make frames of $vocabulary tokens"
        }
        frames = values.size / vocabulary
    }

    operator fun get(frame: Int, token: Int): Float = values[frame * vocabulary + token]

    /** Returns the frames [from, to). */
    fun slice(from: Int, to: Int): Logits {
        require(from in 0..to && to <= frames) { "frames $from to $to asked of $frames" }
        return Logits(values.copyOfRange(from * vocabulary, to * vocabulary), vocabulary)
    }
}
