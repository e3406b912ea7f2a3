package kerasw2v2.app

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.media.AudioFormat
import android.media.AudioRecord
import android.media.MediaRecorder
import android.os.Build
import android.os.Process
import androidx.annotation.StringRes
import kerasw2v2.core.Pcm
import kerasw2v2.core.SAMPLE_RATE
import kerasw2v2.core.SoundSource

/** Why the microphone gives no sound, each with what the user can do about it. */
enum class MicrophoneFault(@param:StringRes val message: Int) {
    NOT_PERMITTED(R.string.microphone_not_permitted),
    UNSUPPORTED(R.string.microphone_unsupported),
    UNAVAILABLE(R.string.microphone_unavailable),
    IN_USE(R.string.microphone_in_use),
    SILENCED(R.string.microphone_silenced),
    SERVICE_DIED(R.string.microphone_service_died),
    BAD_REQUEST(R.string.microphone_bad_request),
    UNKNOWN(R.string.microphone_unknown),
}

/** @property detail the call that failed and the code that it gave, for a bug report. */
class MicrophoneException(val fault: MicrophoneFault, val detail: String) :
    Exception("${fault.name}: $detail")

/** The phone's microphone: 16 kHz, one channel, 20 ms a piece. */
class Microphone(private val context: Context) : SoundSource {
    override fun record(goOn: () -> Boolean, receive: (FloatArray) -> Unit) {
        Process.setThreadPriority(Process.THREAD_PRIORITY_URGENT_AUDIO)
        val recorder = open()
        try {
            start(recorder)
            read(recorder, goOn, receive)
        } finally {
            if (recorder.recordingState == AudioRecord.RECORDSTATE_RECORDING) recorder.stop()
            recorder.release()
        }
    }

    // The permission is asked for in this very function, but lint follows no exceptions.
    @SuppressLint("MissingPermission")
    private fun open(): AudioRecord {
        val permission = context.checkSelfPermission(Manifest.permission.RECORD_AUDIO)
        if (permission != PackageManager.PERMISSION_GRANTED) {
            fail(MicrophoneFault.NOT_PERMITTED, "permission $permission")
        }
        val least = AudioRecord.getMinBufferSize(SAMPLE_RATE, CHANNEL, ENCODING)
        when (least) {
            AudioRecord.ERROR_BAD_VALUE -> fail(MicrophoneFault.UNSUPPORTED, "getMinBufferSize: $least")
            AudioRecord.ERROR -> fail(MicrophoneFault.UNAVAILABLE, "getMinBufferSize: $least")
        }
        val recorder = try {
            AudioRecord(
                MediaRecorder.AudioSource.VOICE_RECOGNITION,
                SAMPLE_RATE,
                CHANNEL,
                ENCODING,
                maxOf(least, BUFFER_BYTES),
            )
        } catch (error: SecurityException) {
            fail(MicrophoneFault.NOT_PERMITTED, "AudioRecord: ${error.message}")
        } catch (error: IllegalArgumentException) {
            fail(MicrophoneFault.UNSUPPORTED, "AudioRecord: ${error.message}")
        }
        if (recorder.state != AudioRecord.STATE_INITIALIZED) {
            val state = recorder.state
            recorder.release()
            fail(MicrophoneFault.UNAVAILABLE, "AudioRecord: state $state")
        }
        return recorder
    }

    private fun start(recorder: AudioRecord) {
        try {
            recorder.startRecording()
        } catch (error: IllegalStateException) {
            fail(MicrophoneFault.UNAVAILABLE, "startRecording: ${error.message}")
        } catch (error: SecurityException) {
            fail(MicrophoneFault.NOT_PERMITTED, "startRecording: ${error.message}")
        }
        if (recorder.recordingState != AudioRecord.RECORDSTATE_RECORDING) {
            fail(MicrophoneFault.IN_USE, "startRecording: state ${recorder.recordingState}")
        }
    }

    private fun read(recorder: AudioRecord, goOn: () -> Boolean, receive: (FloatArray) -> Unit) {
        val samples = ShortArray(PIECE)
        var pieces = 0
        var empty = 0
        while (goOn()) {
            val count = recorder.read(samples, 0, PIECE, AudioRecord.READ_BLOCKING)
            if (count < 0) fail(readFault(count), "read: $count")
            // A blocking read that gives nothing, again and again, is a recorder that has stopped.
            empty = if (count == 0) empty + 1 else 0
            if (empty > MOST_EMPTY_READS) fail(MicrophoneFault.UNAVAILABLE, "read: nothing $empty times")
            if (count > 0) receive(Pcm.floats(samples, count))
            if (++pieces % PIECES_A_SECOND == 0) requireHeard(recorder)
        }
    }

    private fun readFault(code: Int): MicrophoneFault = when (code) {
        AudioRecord.ERROR_DEAD_OBJECT -> MicrophoneFault.SERVICE_DIED
        AudioRecord.ERROR_INVALID_OPERATION -> MicrophoneFault.UNAVAILABLE
        AudioRecord.ERROR_BAD_VALUE -> MicrophoneFault.BAD_REQUEST
        else -> MicrophoneFault.UNKNOWN // ERROR, and codes that Android may add
    }

    /** Android gives zeros, not an error, where another app or the privacy switch has the microphone. */
    private fun requireHeard(recorder: AudioRecord) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) return
        if (recorder.activeRecordingConfiguration?.isClientSilenced == true) {
            fail(MicrophoneFault.SILENCED, "isClientSilenced")
        }
    }

    private fun fail(fault: MicrophoneFault, detail: String): Nothing =
        throw MicrophoneException(fault, detail)

    private companion object {
        const val CHANNEL = AudioFormat.CHANNEL_IN_MONO
        const val ENCODING = AudioFormat.ENCODING_PCM_16BIT
        const val PIECES_A_SECOND = 50
        const val PIECE = SAMPLE_RATE / PIECES_A_SECOND

        /** A second: as long as this thread may be kept from reading. */
        const val BUFFER_BYTES = SAMPLE_RATE * Short.SIZE_BYTES
        const val MOST_EMPTY_READS = 50
    }
}
