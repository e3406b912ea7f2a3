package kerasw2v2.core

import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.zip.CRC32
import java.util.zip.ZipInputStream

/**
 * An entry as an archive's two headers describe it, truly or not.
 *
 * @property at where the directory says that it is; null for where it really is. An entry that is
 *   said to be elsewhere is not written.
 */
class ZipContent(
    val name: String,
    val content: ByteArray,
    val size: Int = content.size,
    val storedSize: Int = content.size,
    val method: Int = 0,
    val flags: Int = 0,
    val crc: Int = CRC32().apply { update(content) }.value.toInt(),
    val at: Int? = null,
) {
    /** What stands in the archive before the content, its name included. */
    fun header(): ByteArray =
        littleEndian(30) { putInt(0x04034b50).putShort(20).described(this@ZipContent).putShort(0) } + name.toByteArray()
}

/** Takes a sound bundle apart and puts it together in ways that its makers never would. */
class BundleWriter(bundle: ByteArray) {
    private val modelBytes = Bundle.read(BytesSource(bundle)).modelBytes.toInt()
    private val archive = bundle.copyOfRange(modelBytes, bundle.size)

    val network: ByteArray = bundle.copyOf(modelBytes)

    val json: String = ZipInputStream(ByteArrayInputStream(archive)).use { zip ->
        generateSequence { zip.nextEntry }.first { it.name == "metadata.json" }
        zip.readBytes().toString(Charsets.UTF_8)
    }

    /** A fresh copy at each call. */
    val metadata: JsonObject
        get() = JsonParser.parseString(json).asJsonObject

    fun metadataEntry(json: String = this.json) = ZipContent("metadata.json", json.toByteArray())

    /** Returns a bundle of [network] and an archive of [entries]. */
    fun write(
        entries: List<ZipContent> = listOf(metadataEntry()),
        network: ByteArray = this.network,
    ): ByteArray {
        val bytes = ByteArrayOutputStream()
        bytes.write(network)
        val offsets = entries.map { entry ->
            entry.at ?: bytes.size().also {
                bytes.write(entry.header())
                bytes.write(entry.content)
            }
        }
        val directoryAt = bytes.size()
        for ((entry, offset) in entries.zip(offsets)) {
            bytes.write(
                littleEndian(46) {
                    putInt(0x02014b50).putShort(20).putShort(20).described(entry)
                    position(42)
                    putInt(offset)
                },
            )
            bytes.write(entry.name.toByteArray())
        }
        val directorySize = bytes.size() - directoryAt
        bytes.write(
            littleEndian(22) {
                putInt(0x06054b50).putInt(0).putShort(entries.size.toShort()).putShort(entries.size.toShort())
                putInt(directorySize).putInt(directoryAt)
            },
        )
        return bytes.toByteArray()
    }

    fun write(metadata: JsonObject): ByteArray = write(listOf(metadataEntry(metadata.toString())))
}

private fun ByteBuffer.described(entry: ZipContent): ByteBuffer =
    putShort(entry.flags.toShort()).putShort(entry.method.toShort()).putInt(0)
        .putInt(entry.crc).putInt(entry.storedSize).putInt(entry.size)
        .putShort(entry.name.toByteArray().size.toShort())

private fun littleEndian(size: Int, fill: ByteBuffer.() -> Unit): ByteArray =
    ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).apply(fill).array()
