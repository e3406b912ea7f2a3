package kerasw2v2.app

import androidx.annotation.StringRes

/**
 * Everything that the screen shows.
 *
 * @property newWords the last that [finalText] gained, for those who hear it.
 * @property latencies that the loaded bundle allows, in seconds.
 */
data class ScreenState(
    val model: ModelState = ModelState.Loading,
    val activity: Activity = Activity.Idle,
    val finalText: String = "",
    val newWords: String = "",
    val partialText: String = "",
    val latencies: List<Double> = listOf(),
    val speed: Speed = Speed(),
    val settings: Settings = Settings(),
    val notice: Notice? = null,
) {
    val canStart: Boolean
        get() = model is ModelState.Ready && activity == Activity.Idle
}

sealed interface ModelState {
    data object Loading : ModelState

    /** @property whyNotGpu see [NetworkChoice.whyNotGpu]. */
    data class Ready(
        val variant: String,
        val languages: List<String>,
        val licence: String?,
        val megabytes: Double,
        val imported: Boolean,
        val loadSeconds: Double,
        val onGpu: Boolean,
        val whyNotGpu: String?,
    ) : ModelState

    data object Failed : ModelState
}

sealed interface Activity {
    data object Idle : Activity

    data object Listening : Activity

    /** @property share of the file that is read, 0 to 1. */
    data class ReadingFile(val share: Float) : Activity
}

/** Measures; null where there is nothing to measure yet. Seconds and bytes. */
data class Speed(
    val realTimeFactor: Double? = null,
    val latencyP50: Double? = null,
    val latencyP95: Double? = null,
    val memory: Long? = null,
    val peakMemory: Long? = null,
)

/** @property latencySeconds from sound to text, without the time of computing. */
data class Settings(
    val latencySeconds: Double = 0.4,
    val execution: Execution = Execution.DEFAULT,
)

/**
 * What went wrong.
 *
 * @property title what the user wanted that did not work, or what to do.
 * @property detail the reason in the words of whoever refused.
 */
data class Notice(@param:StringRes val title: Int, val detail: String)
