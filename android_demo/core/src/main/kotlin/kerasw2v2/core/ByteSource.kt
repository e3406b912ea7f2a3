package kerasw2v2.core

import java.io.Closeable
import java.io.EOFException
import java.io.File
import java.io.RandomAccessFile

/** Bytes to be read here and there: a bundle of 100 MB does not fit a phone's Java heap. */
interface ByteSource : Closeable {
    val size: Long

    /** Returns the [count] bytes at [offset]; they must lie within the source. */
    fun read(offset: Long, count: Int): ByteArray
}

/** A file as a [ByteSource]. */
class FileSource(file: File) : ByteSource {
    private val handle = RandomAccessFile(file, "r")
    override val size: Long = handle.length()

    override fun read(offset: Long, count: Int): ByteArray {
        if (offset < 0 || offset + count > size) throw EOFException("$count bytes at $offset of $size")
        return ByteArray(count).also {
            handle.seek(offset)
            handle.readFully(it)
        }
    }

    override fun close() = handle.close()
}
