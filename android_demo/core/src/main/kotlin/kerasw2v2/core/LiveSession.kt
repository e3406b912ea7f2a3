package kerasw2v2.core

import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.TimeUnit

/** Sound came faster than it was recognised, for too long. */
class TooSlowException(seconds: Double) : Exception(
    "recognition fell %.0f s behind the microphone: choose a longer latency, a smaller bundle or more threads"
        .format(seconds),
)

/**
 * One stretch of listening: a thread records, the caller's recognises, a bounded queue between
 * them. No sound is ever dropped in silence: what cannot be kept ends the session with a reason.
 *
 * @param backlogPieces pieces of sound that may wait.
 * @param tell hears, on the caller's thread, of every piece that has been recognised.
 */
class LiveSession(
    private val source: SoundSource,
    private val transcriber: LiveTranscriber,
    backlogPieces: Int = 500,
    private val nanoTime: () -> Long = System::nanoTime,
    private val tell: (newWords: List<Word>) -> Unit,
) {
    /**
     * How it ended.
     *
     * @property failure why there is no more sound; null where it was stopped or had ended.
     */
    class Ending(val transcript: Transcript, val failure: Exception?)

    private class Piece(val samples: FloatArray, val arrived: Long)

    private val queue = ArrayBlockingQueue<Piece>(backlogPieces)

    @Volatile private var recording = true

    @Volatile private var failure: Exception? = null

    /** Listens until [goOn] says no, the sound ends or fails; recognises all that was heard. */
    fun run(goOn: () -> Boolean): Ending {
        val recorder = Thread({ record(goOn) }, "recorder").apply { start() }
        try {
            // The order matters: once recording is over, nothing more comes into the queue.
            while (recording || queue.isNotEmpty()) {
                val piece = queue.poll(20, TimeUnit.MILLISECONDS) ?: continue
                tell(transcriber.push(piece.samples, piece.arrived))
            }
        } catch (error: AudioException) {
            failure = error
        } finally {
            recording = false
            recorder.join()
        }
        return Ending(transcriber.finish(), failure)
    }

    private fun record(goOn: () -> Boolean) {
        try {
            source.record({ recording && goOn() }) { samples ->
                if (!queue.offer(Piece(samples, nanoTime()))) throw TooSlowException(waiting())
            }
        } catch (error: Exception) {
            failure = error
        } finally {
            recording = false
        }
    }

    private fun waiting(): Double = queue.sumOf { it.samples.size }.toDouble() / SAMPLE_RATE
}
