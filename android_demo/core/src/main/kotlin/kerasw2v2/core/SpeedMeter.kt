package kerasw2v2.core

import kotlin.math.ceil

/** Keeps how fast a recogniser is: of all it did the real-time factor, of late the latency. */
class SpeedMeter {
    private val latencies = ArrayDeque<Double>()
    private var runSeconds = 0.0
    private var audioSeconds = 0.0

    /**
     * Takes the measures of one window.
     *
     * @param newAudio seconds of sound that the window added.
     * @param run seconds that the network took.
     * @param latency seconds from the arrival of the window's last sample to its text.
     */
    fun record(newAudio: Double, run: Double, latency: Double) {
        audioSeconds += newAudio
        runSeconds += run
        if (latencies.size == REMEMBERED) latencies.removeFirst()
        latencies.addLast(latency)
    }

    /** Seconds of work for a second of sound; null before the first. */
    val realTimeFactor: Double?
        get() = if (audioSeconds > 0) runSeconds / audioSeconds else null

    /**
     * Returns the latency that [share] of the last windows kept to, in seconds; null before the
     * first. The nearest rank: always one that was measured.
     */
    fun latency(share: Double): Double? {
        require(share > 0 && share <= 1) { "a share of $share is none" }
        if (latencies.isEmpty()) return null
        return latencies.sorted()[ceil(share * latencies.size).toInt() - 1]
    }

    private companion object {
        const val REMEMBERED = 500
    }
}
