package kerasw2v2.core

import kotlin.math.exp

/** A network's output that cannot be read as text. */
class LogitsException(message: String) : RuntimeException(message)

/** Runs of one best token, the blank's among them, of frames that come piece by piece. */
internal class Runs {
    private var open: Symbol? = null
    private var frame = 0L

    /** Hands each run to [close] once a frame of another token has ended it. */
    fun push(logits: Logits, close: (Symbol) -> Unit) {
        for (row in 0 until logits.frames) {
            val best = bestToken(logits, row)
            val run = open
            val next = Symbol(best, frame, ++frame, probability(logits, row, best))
            if (run?.id == best) {
                open = Symbol(best, run.start, next.end, maxOf(run.confidence, next.confidence))
            } else {
                run?.let(close)
                open = next
            }
        }
    }

    /** The run that may go on. */
    val unfinished: Symbol?
        get() = open

    fun end(close: (Symbol) -> Unit) {
        open?.let(close)
        open = null
    }

    fun copy() = Runs().also {
        it.open = open
        it.frame = frame
    }

    /** Returns the first of the highest logits. */
    private fun bestToken(logits: Logits, row: Int): Int {
        var best = 0
        for (token in 0 until logits.vocabulary) {
            val logit = logits[row, token]
            if (!logit.isFinite()) {
                throw LogitsException(
                    "the network gave $logit for token $token in frame $frame: its file is " +
                        "broken or its accelerator too imprecise; try the CPU or another bundle",
                )
            }
            if (logit > logits[row, best]) best = token
        }
        return best
    }

    private fun probability(logits: Logits, row: Int, token: Int): Double {
        val peak = logits[row, token].toDouble()
        return 1 / (0 until logits.vocabulary).sumOf { exp(logits[row, it] - peak) }
    }
}
