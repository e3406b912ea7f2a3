package kerasw2v2.core

import kotlin.math.round

/**
 * One window of a recording.
 *
 * @property start first sample of the recording that it sees.
 * @property end sample after the last one that it sees.
 * @property firstFrame frame of the recording that is its first.
 * @property keepFrom first frame of the recording that is taken from it.
 * @property keepTo frame after the last one that is taken from it.
 */
data class Window(
    val start: Long,
    val end: Long,
    val firstFrame: Long,
    val keepFrom: Long,
    val keepTo: Long,
)

/**
 * Windows with context on either side whose own frames are dropped: one plan for recordings and
 * for live audio. A frame at a window's edge lacks its neighbours; with context every kept frame
 * has them, but at the ends of the recording.
 *
 * @param window frames that a window holds.
 * @param left frames of context before those kept.
 * @param right frames of context after those kept.
 * @throws IllegalArgumentException contexts that leave no frame to keep.
 */
class WindowPlan(
    private val frames: FrameArithmetic,
    val window: Long,
    val left: Long,
    val right: Long,
) {
    /** Frames kept of a window. */
    val step: Long = window - left - right

    /** Samples that the longest window sees. */
    val samples: Long = frames.samples(window)

    /** Seconds from a frame's end to the moment at which the window that keeps it can run. */
    val latencySeconds: Double = frames.seconds(step + right)

    init {
        require(left >= 0 && right >= 0 && step >= 1) {
            "a window of $window frames cannot have a context of $left and $right frames: " +
                "neither may be negative, and a frame must remain to keep"
        }
    }

    /** Returns the windows of a whole recording; none for one shorter than a frame. */
    fun of(totalSamples: Long): Sequence<Window> = sequence {
        val total = frames.frames(totalSamples)
        var k = 0L
        while (k * step < total && total > (k + 1) * step + right) yield(windowAt(k++))
        last(k, totalSamples)?.let { yield(it) }
    }

    /** Returns window [k] of a recording that goes on after it. */
    fun windowAt(k: Long): Window = window(k, (k + 1) * step, (k + 1) * step + right)

    /** Returns window [k] of a recording that ends in it, null where no frame is left. */
    fun last(k: Long, totalSamples: Long): Window? {
        val total = frames.frames(totalSamples)
        return if (k * step < total) window(k, total, total) else null
    }

    private fun window(k: Long, keepTo: Long, seenTo: Long): Window {
        val keepFrom = k * step
        val first = maxOf(0, keepFrom - left)
        val start = first * frames.hop
        return Window(start, start + frames.samples(seenTo - first), first, keepFrom, keepTo)
    }

    companion object {
        /** Returns the plan for recordings: [contextSeconds] on both sides, a quarter at most. */
        fun forRecordings(
            frames: FrameArithmetic,
            samples: Long,
            contextSeconds: Double = 1.0,
        ): WindowPlan {
            val window = frames.frames(samples)
            val context = minOf(round(contextSeconds / frames.seconds(1)).toLong(), window / 4)
            return WindowPlan(frames, window, context, context)
        }

        /**
         * Returns the plan for live audio: half of the latency is the step, half the right
         * context, and all that remains of the window is left context.
         *
         * @param samples that a window holds.
         * @param latencySeconds see [WindowPlan.latencySeconds].
         * @throws IllegalArgumentException a latency below two frames or beyond the window.
         */
        fun forLatency(frames: FrameArithmetic, samples: Long, latencySeconds: Double): WindowPlan {
            val window = frames.frames(samples)
            val latency = (latencySeconds / frames.seconds(1) + 1e-6).toLong()
            require(latency in 2..window) {
                "a latency of $latencySeconds s cannot be had with this window: choose " +
                    "${frames.seconds(2)} to ${frames.seconds(window)} s"
            }
            return WindowPlan(frames, window, window - latency, latency / 2)
        }
    }
}
