package kerasw2v2.core

/**
 * The newest samples of a stream, found by their position in it. Never grows.
 *
 * @param capacity samples that it holds.
 */
class RingBuffer(private val capacity: Int) {
    private val samples = FloatArray(capacity)

    /** Position after the newest sample: how many the stream has had. */
    var end = 0L
        private set

    /** Position of the oldest sample still here. */
    val start: Long
        get() = maxOf(0L, end - capacity)

    init {
        require(capacity > 0) { "a ring buffer of $capacity samples holds nothing" }
    }

    /** Appends the samples [from, to) of [source]; the oldest give way. */
    fun write(source: FloatArray, from: Int = 0, to: Int = source.size) {
        // Of more than it holds, only the newest survive.
        val skipped = maxOf(0, to - from - capacity)
        end += skipped
        var next = from + skipped
        while (next < to) {
            val at = (end % capacity).toInt()
            val count = minOf(to - next, capacity - at)
            source.copyInto(samples, at, next, next + count)
            next += count
            end += count
        }
    }

    /**
     * Returns the samples at the positions [from, to).
     *
     * @throws IllegalArgumentException positions that have not come, or are gone.
     */
    fun read(from: Long, to: Long): FloatArray {
        require(from in start..to && to <= end) { "samples $from to $to asked of $start to $end" }
        val out = FloatArray((to - from).toInt())
        var next = 0
        while (next < out.size) {
            val at = ((from + next) % capacity).toInt()
            val count = minOf(out.size - next, capacity - at)
            samples.copyInto(out, next, at, at + count)
            next += count
        }
        return out
    }
}
