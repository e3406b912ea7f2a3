package kerasw2v2.core

import java.io.ByteArrayOutputStream
import java.util.Random

/** Ways in which files break: on the way, on the disk, or because somebody wants them to. */
class Mutation(private val random: Random) {
    /** Returns [bytes] broken in one to three ways. */
    fun of(bytes: ByteArray): ByteArray {
        var broken = bytes
        repeat(1 + random.nextInt(3)) { broken = once(broken) }
        return broken
    }

    private fun once(bytes: ByteArray): ByteArray {
        if (bytes.isEmpty()) return bytes
        val at = place(bytes.size)
        return when (random.nextInt(7)) {
            0 -> bytes.copyOf(at)
            1 -> bytes.copyOfRange(at, bytes.size)
            2 -> bytes.copyOf().also { it[at] = (it[at].toInt() xor (1 shl random.nextInt(8))).toByte() }
            3 -> overwrite(bytes, at, ByteArray(1 + random.nextInt(8)).also(random::nextBytes))
            4 -> overwrite(bytes, at, EXTREMES[random.nextInt(EXTREMES.size)])
            5 -> splice(bytes, at, at, ByteArray(1 + random.nextInt(64)).also(random::nextBytes))
            else -> splice(bytes, at, minOf(bytes.size, at + 1 + random.nextInt(64)), ByteArray(0))
        }
    }

    /** Headers stand at both ends, so half of the blows fall there. */
    private fun place(size: Int): Int = when (random.nextInt(4)) {
        0 -> random.nextInt(minOf(size, 64))
        1 -> size - 1 - random.nextInt(minOf(size, 256))
        else -> random.nextInt(size)
    }

    private fun overwrite(bytes: ByteArray, at: Int, with: ByteArray) =
        splice(bytes, at, minOf(bytes.size, at + with.size), with)

    private fun splice(bytes: ByteArray, from: Int, to: Int, with: ByteArray): ByteArray =
        ByteArrayOutputStream().apply {
            write(bytes, 0, from)
            write(with)
            write(bytes, to, bytes.size - to)
        }.toByteArray()

    private companion object {
        /** Numbers at which signed, unsigned, 16- and 32-bit arithmetic turn over. */
        val EXTREMES = listOf(
            byteArrayOf(-1, -1), byteArrayOf(-1, -1, -1, -1), byteArrayOf(-1, -1, -1, 127),
            byteArrayOf(0, 0, 0, -128), byteArrayOf(0, 0), byteArrayOf(0, 0, 0, 0), byteArrayOf(1, 0, 0, 0),
        )
    }
}
