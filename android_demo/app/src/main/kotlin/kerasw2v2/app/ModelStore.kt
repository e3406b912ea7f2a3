package kerasw2v2.app

import android.content.Context
import android.net.Uri
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import kerasw2v2.core.BundleFolder
import kerasw2v2.core.Metadata

/** The bundles on this phone: the one that came with the app, and the one that was imported. */
class ModelStore(private val context: Context) {
    private val imported = BundleFolder(File(context.filesDir, "imported"))
    private val bundled = BundleFolder(File(context.filesDir, "bundled"))

    /** @property imported whether the user chose it. */
    class Stored(val file: File, val metadata: Metadata, val imported: Boolean)

    /**
     * Returns the imported bundle, or the app's own where there is none.
     *
     * @throws IOException what is wrong with it.
     */
    fun current(): Stored {
        imported.read()?.let { return Stored(imported.file, it, imported = true) }
        return Stored(bundled.file, installBundled(), imported = false)
    }

    /**
     * Takes the bundle at [uri] once it is whole, sound and passes its [trial].
     *
     * @throws IOException what is wrong with it; the bundle in use stays.
     */
    fun import(uri: Uri, trial: (File, Metadata) -> Unit) {
        val input = context.contentResolver.openInputStream(uri)
            ?: throw FileNotFoundException("the file cannot be opened: choose it again")
        input.use { imported.replace(it, trial = trial) }
    }

    /** Goes back to the bundle that came with the app. */
    fun forgetImported() = imported.clear()

    // LiteRT and the reader want a file. Written again at each start: an update may bring another.
    private fun installBundled(): Metadata = context.assets.open(ASSET).use { bundled.replace(it) }

    private companion object {
        const val ASSET = "recogniser.tflite"
    }
}
