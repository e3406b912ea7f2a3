package kerasw2v2.core

import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.io.InputStream
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING

/**
 * A place for one bundle that is always whole: a new one is written beside the old, checked, and
 * renamed over it.
 */
class BundleFolder(private val folder: File) {
    /** The bundle; it may not exist yet. */
    val file = File(folder, "bundle.tflite")
    private val arriving = File(folder, "arriving.tflite")

    init {
        folder.mkdirs()
        arriving.delete() // of an import that was killed
    }

    /**
     * Replaces the bundle by what [input] holds, or leaves all as it was.
     *
     * @param largest bytes that are accepted; an endless stream must not fill the disk.
     * @param trial is shown the new bundle before it replaces the old one; what it throws stops that.
     * @throws BundleException what is wrong with the new bundle.
     * @throws IOException it cannot be copied.
     */
    fun replace(
        input: InputStream,
        largest: Long = LARGEST,
        trial: (File, Metadata) -> Unit = { _, _ -> },
    ): Metadata {
        try {
            copy(input, largest)
            val metadata = FileSource(arriving).use(Bundle::read)
            trial(arriving, metadata)
            Files.move(arriving.toPath(), file.toPath(), ATOMIC_MOVE, REPLACE_EXISTING)
            return metadata
        } finally {
            arriving.delete()
        }
    }

    /** Returns what the bundle says about itself; null where there is none. */
    fun read(): Metadata? = if (file.exists()) FileSource(file).use(Bundle::read) else null

    fun clear() {
        file.delete()
    }

    private fun copy(input: InputStream, largest: Long) {
        FileOutputStream(arriving).use { output ->
            val piece = ByteArray(1 shl 16)
            var size = 0L
            while (true) {
                val count = input.read(piece)
                if (count < 0) break
                size += count
                if (size > largest) {
                    throw IOException("the file is larger than ${largest shr 20} MiB: no bundle for a phone")
                }
                output.write(piece, 0, count)
            }
            // A rename that survives a power cut must not point to bytes that did not.
            output.fd.sync()
        }
    }

    private companion object {
        const val LARGEST = 2L shl 30
    }
}
