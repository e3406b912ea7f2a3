package kerasw2v2.core

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.zip.CRC32

/**
 * The zip archive at the end of a bundle. java.util.zip reads it too, but forgives what must not
 * be forgiven here: entries that overlap, names that climb, a first part that no one accounts for.
 */
internal class ZipArchive(private val source: ByteSource) {
    private val directoryAt: Long
    private val entries: List<Entry>

    /** Where the first entry begins. */
    val begins: Long

    init {
        val end = findEndRecord()
        directoryAt = end.directoryAt
        entries = readDirectory(end)
        checkNames()
        for (entry in entries) {
            if (maxOf(entry.size, entry.storedSize) > LARGEST_ENTRY) {
                fail(BundleFault.TOO_LARGE, "entry ${entry.name} is above $LARGEST_ENTRY bytes")
            }
        }
        begins = entries.minOfOrNull { it.at } ?: directoryAt
    }

    private class Entry(
        val name: String,
        val at: Long,
        val flags: Int,
        val method: Int,
        val crc: Long,
        val storedSize: Long,
        val size: Long,
    )

    private class EndRecord(val entries: Int, val directoryAt: Long, val at: Long)

    fun holds(name: String): Boolean = entries.any { it.name == name }

    /**
     * Returns the bytes of entry [wanted], once every entry has been found whole.
     *
     * @throws BundleException damaged_archive.
     */
    fun read(wanted: String): ByteArray {
        var result = ByteArray(0)
        var free = begins
        for (entry in entries.sortedBy { it.at }) {
            val contentAt = contentAt(entry)
            if (entry.at < free || contentAt + entry.size > directoryAt) damaged(entry, "overlaps")
            free = contentAt + entry.size
            val content = source.read(contentAt, entry.size.toInt())
            val crc = CRC32().apply { update(content) }.value
            if (crc != entry.crc) damaged(entry, "does not give its CRC-32")
            if (entry.name == wanted) result = content
        }
        return result
    }

    private fun contentAt(entry: Entry): Long {
        if (entry.flags and ENCRYPTED != 0) damaged(entry, "is encrypted")
        if (entry.method != 0 || entry.size != entry.storedSize) damaged(entry, "is compressed")
        if (entry.at + LOCAL_SIZE > directoryAt) damaged(entry, "overlaps")
        val header = fields(entry.at, LOCAL_SIZE)
        if (header.getInt(0) != LOCAL_SIGNATURE) damaged(entry, "has no header")
        val nameAt = entry.at + LOCAL_SIZE
        val nameSize = header.u16(26)
        if (nameAt + nameSize > directoryAt || name(nameAt, nameSize) != entry.name) {
            damaged(entry, "has another name in its header")
        }
        return nameAt + nameSize + header.u16(28)
    }

    private fun findEndRecord(): EndRecord {
        // A bundle's archive has no comment, so that its end record is the last thing in the file.
        val at = source.size - END_SIZE
        if (at < 0) noArchive()
        val record = fields(at, END_SIZE.toInt())
        if (record.getInt(0) != END_SIGNATURE || record.u16(20) != 0) noArchive()
        val entries = record.u16(10)
        val oneDisk = record.u16(4) == 0 && record.u16(6) == 0 && record.u16(8) == entries
        val end = EndRecord(entries, record.u32(16), at)
        if (!oneDisk || end.directoryAt + record.u32(12) != end.at) noArchive()
        return end
    }

    private fun readDirectory(end: EndRecord): List<Entry> {
        val entries = mutableListOf<Entry>()
        var at = end.directoryAt
        repeat(end.entries) {
            if (entries.size > MOST_ENTRIES) return entries // refused by checkNames
            if (at + CENTRAL_SIZE > end.at) noArchive()
            val header = fields(at, CENTRAL_SIZE)
            if (header.getInt(0) != CENTRAL_SIGNATURE) noArchive()
            val nameSize = header.u16(28)
            val next = at + CENTRAL_SIZE + nameSize + header.u16(30) + header.u16(32)
            if (next > end.at) noArchive()
            entries += Entry(
                name = name(at + CENTRAL_SIZE, nameSize),
                at = header.u32(42),
                flags = header.u16(8),
                method = header.u16(10),
                crc = header.u32(16),
                storedSize = header.u32(20),
                size = header.u32(24),
            )
            at = next
        }
        if (at != end.at) noArchive()
        return entries
    }

    private fun checkNames() {
        if (entries.size > MOST_ENTRIES) unsafe("more than $MOST_ENTRIES entries")
        val names = entries.map { it.name }
        if (names.toSet().size != names.size) unsafe("a name twice")
        for (name in names) {
            val climbs = name.split('/').contains("..")
            if (name.isEmpty() || name.startsWith('/') || climbs || name.any { it in "\\:\u0000" }) {
                unsafe("an entry of the name '$name'")
            }
        }
    }

    /** Names of other encodings than UTF-8 are strange to us, and asked for by nobody. */
    private fun name(at: Long, size: Int): String = source.read(at, size).toString(Charsets.UTF_8)

    private fun fields(at: Long, count: Int): ByteBuffer =
        ByteBuffer.wrap(source.read(at, count)).order(ByteOrder.LITTLE_ENDIAN)

    private fun ByteBuffer.u16(at: Int): Int = getShort(at).toInt() and 0xffff

    private fun ByteBuffer.u32(at: Int): Long = getInt(at).toLong() and 0xffffffffL

    private fun noArchive(): Nothing = fail(
        BundleFault.NO_ARCHIVE,
        "no archive at its end: it was cut, or not made by keras-w2v2",
    )

    private fun unsafe(what: String): Nothing = fail(BundleFault.UNSAFE_ARCHIVE, "its archive holds $what")

    private fun damaged(entry: Entry, what: String): Nothing =
        fail(BundleFault.DAMAGED_ARCHIVE, "entry ${entry.name} $what")

    private fun fail(fault: BundleFault, message: String): Nothing =
        throw BundleException(fault, "$message; copy or export the bundle again")

    private companion object {
        const val MOST_ENTRIES = 16
        const val LARGEST_ENTRY = 4L shl 20
        const val END_SIZE = 22L
        const val CENTRAL_SIZE = 46
        const val LOCAL_SIZE = 30
        const val END_SIGNATURE = 0x06054b50
        const val CENTRAL_SIGNATURE = 0x02014b50
        const val LOCAL_SIGNATURE = 0x04034b50
        const val ENCRYPTED = 1
    }
}
