package kerasw2v2.app

import android.content.Context
import android.net.Uri
import java.io.Closeable
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import kerasw2v2.core.FileSource
import kerasw2v2.core.Metadata
import kerasw2v2.core.Network
import kerasw2v2.core.SoundSource
import kerasw2v2.core.Transcriber
import kerasw2v2.core.Transcript
import kerasw2v2.core.WavFile
import kerasw2v2.core.WavPlayer
import kerasw2v2.core.WavSound
import kerasw2v2.core.Word

/**
 * A WAV file of any rate in place of the microphone, for emulators and for tests that can be repeated.
 *
 * @throws kerasw2v2.core.AudioException what is wrong with the file.
 * @throws IOException it cannot be copied.
 */
class WavMode(context: Context, uri: Uri) : Closeable {
    // A document may be a stream from a network; only a file can be read here and there.
    private val copy = File.createTempFile("chosen", ".wav", context.cacheDir)
    private val source: FileSource
    private val sound: WavSound

    init {
        try {
            val input = context.contentResolver.openInputStream(uri)
                ?: throw FileNotFoundException("the file cannot be opened: choose it again")
            input.use { from -> copy.outputStream().use { from.copyTo(it) } }
            source = FileSource(copy)
            sound = WavSound(WavFile(source))
        } catch (error: IOException) {
            copy.delete()
            throw error
        }
    }

    /** Returns the file as sound that comes no faster than it was spoken. */
    fun asMicrophone(): SoundSource = WavPlayer(sound)

    /** Returns the text of the file, as fast as the phone can. */
    fun read(
        bundle: Metadata,
        network: Network,
        onProgress: (words: List<Word>, share: Double) -> Unit,
    ): Transcript =
        Transcriber(bundle, network).transcribe(sound.length, onProgress) { from, to ->
            sound.read(from, (to - from).toInt())
        }

    override fun close() {
        source.close()
        copy.delete()
    }
}
