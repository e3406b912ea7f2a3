package kerasw2v2.app

import android.app.Application
import android.net.Uri
import androidx.lifecycle.AndroidViewModel
import androidx.lifecycle.viewModelScope
import java.util.concurrent.Executors
import kerasw2v2.core.LiveSession
import kerasw2v2.core.LiveTranscriber
import kerasw2v2.core.ProcessMemory
import kerasw2v2.core.SoundSource
import kerasw2v2.core.SpeedMeter
import kerasw2v2.core.Word
import kotlin.coroutines.cancellation.CancellationException
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Turns what the user does into work for one thread, and what comes of it into [state]. */
class RecogniserViewModel(application: Application) : AndroidViewModel(application) {
    private val store = ModelStore(application)
    private val weightCache = application.codeCacheDir
    private val shown = MutableStateFlow(ScreenState())
    val state: StateFlow<ScreenState> = shown.asStateFlow()

    // A network is used by one thread at a time, so all work with it is done on this one.
    private val worker = Executors.newSingleThreadExecutor { Thread(it, "recogniser") }
    private val dispatcher = worker.asCoroutineDispatcher()
    private var recogniser: Recogniser? = null

    @Volatile private var goOn = false

    init {
        reload(R.string.notice_load_failed) {}
    }

    fun listen() = use(Activity.Listening, R.string.notice_listen_failed) {
        live(Microphone(getApplication()), it)
    }

    fun playWav(uri: Uri) = use(Activity.Listening, R.string.notice_file_failed) { recogniser ->
        WavMode(getApplication(), uri).use { live(it.asMicrophone(), recogniser) }
    }

    fun readWav(uri: Uri) = use(Activity.ReadingFile(0f), R.string.notice_file_failed) { recogniser ->
        WavMode(getApplication(), uri).use { read(it, recogniser) }
    }

    fun stop() {
        goOn = false
    }

    fun import(uri: Uri) = reload(R.string.notice_import_failed) {
        store.import(uri) { file, metadata ->
            // What this phone cannot run must not replace what it can.
            NetworkChoice.open(file, metadata, Execution.DEFAULT, weightCache).network.use {
                it.logits(FloatArray(metadata.frames.receptiveField.toInt()))
            }
        }
    }

    fun useBundled() = reload(R.string.notice_load_failed) { store.forgetImported() }

    fun chooseExecution(execution: Execution) {
        shown.update { it.copy(settings = it.settings.copy(execution = execution)) }
        reload(R.string.notice_load_failed) {}
    }

    fun chooseLatency(seconds: Double) =
        shown.update { it.copy(settings = it.settings.copy(latencySeconds = seconds)) }

    fun tellNotPermitted() =
        shown.update { it.copy(notice = Notice(MicrophoneFault.NOT_PERMITTED.message, detail = "")) }

    fun dismissNotice() = shown.update { it.copy(notice = null) }

    override fun onCleared() {
        stop()
        worker.execute { recogniser?.close() }
        worker.shutdown()
    }

    /** Puts the recogniser aside, makes a [change] to what is stored, and loads what is there then. */
    private fun reload(title: Int, change: () -> Unit) {
        shown.update { it.copy(model = ModelState.Loading, notice = null) }
        viewModelScope.launch(dispatcher) {
            recogniser?.close()
            recogniser = null
            telling(title, change)
            telling(R.string.notice_load_failed) {
                recogniser = Recogniser.load(store.current(), state.value.settings.execution, weightCache)
            }
            val latencies = recogniser?.latencies ?: listOf()
            shown.update {
                val latency = minOf(it.settings.latencySeconds, latencies.lastOrNull() ?: Double.MAX_VALUE)
                it.copy(
                    model = recogniser?.state() ?: ModelState.Failed,
                    latencies = latencies,
                    settings = it.settings.copy(latencySeconds = latency),
                    speed = speed(null),
                )
            }
        }
    }

    private fun use(activity: Activity, title: Int, body: (Recogniser) -> Unit) {
        if (!state.value.canStart) return
        goOn = true
        shown.update { it.copy(activity = activity, finalText = "", newWords = "", partialText = "", notice = null) }
        viewModelScope.launch(dispatcher) {
            telling(title) { recogniser?.let(body) }
            shown.update { it.copy(activity = Activity.Idle) }
        }
    }

    private fun live(source: SoundSource, recogniser: Recogniser) {
        val transcriber = recogniser.live(state.value.settings.latencySeconds)
        val words = mutableListOf<Word>()
        var windows = 0L
        val session = LiveSession(source, transcriber) { new ->
            words += new
            if (transcriber.windows > windows) show(recogniser, words, new, transcriber)
            windows = transcriber.windows
        }
        val ending = session.run { goOn }
        val all = ending.transcript.words
        show(recogniser, all, all.drop(words.size), transcriber)
        ending.failure?.let { throw it }
    }

    private fun read(wav: WavMode, recogniser: Recogniser) {
        val transcript = wav.read(recogniser.bundle, recogniser.network) { words, share ->
            if (!goOn) throw CancellationException("stopped by the user")
            val text = recogniser.text(words)
            shown.update { it.copy(finalText = text, activity = Activity.ReadingFile(share.toFloat())) }
        }
        shown.update { it.copy(finalText = transcript.text, newWords = transcript.text, speed = speed(null)) }
    }

    private fun show(recogniser: Recogniser, words: List<Word>, new: List<Word>, transcriber: LiveTranscriber) {
        val speed = speed(transcriber.speed)
        shown.update {
            it.copy(
                finalText = if (new.isEmpty()) it.finalText else recogniser.text(words),
                newWords = if (new.isEmpty()) it.newWords else recogniser.text(new),
                partialText = transcriber.partial,
                speed = speed,
            )
        }
    }

    /** Does [body]; a failure is shown under [title]. */
    private fun telling(title: Int, body: () -> Unit) {
        try {
            body()
        } catch (_: CancellationException) {
            // The user wanted it so.
        } catch (error: MicrophoneException) {
            shown.update { it.copy(notice = Notice(error.fault.message, error.detail)) }
        } catch (error: Exception) {
            shown.update { it.copy(notice = notice(title, error)) }
        } catch (error: OutOfMemoryError) {
            shown.update { it.copy(notice = notice(title, error)) }
        }
    }

    private fun notice(title: Int, error: Throwable) =
        Notice(title, error.message ?: error.javaClass.simpleName)

    private fun speed(meter: SpeedMeter?): Speed {
        val memory = ProcessMemory.now()
        return Speed(meter?.realTimeFactor, meter?.latency(0.5), meter?.latency(0.95), memory?.resident, memory?.peak)
    }
}
