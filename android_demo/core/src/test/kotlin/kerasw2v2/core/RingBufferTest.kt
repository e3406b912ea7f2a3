package kerasw2v2.core

import java.util.Random
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class RingBufferTest {
    @Test
    fun `the newest samples are found by their position`() {
        val stream = noise(5000)
        val random = Random(3)
        for (capacity in listOf(1, 2, 7, 100)) {
            val ring = RingBuffer(capacity)
            var at = 0
            while (at < stream.size) {
                val next = minOf(stream.size, at + random.nextInt(3 * capacity))
                ring.write(stream, at, next)
                at = next
                assertEquals(at.toLong(), ring.end)
                assertEquals(maxOf(0, at - capacity).toLong(), ring.start)
                val expected = stream.copyOfRange(ring.start.toInt(), at)
                assertTrue(expected.contentEquals(ring.read(ring.start, ring.end)))
            }
        }
    }

    @Test
    fun `samples that are gone or have not come are refused`() {
        val ring = RingBuffer(4).apply { write(FloatArray(6)) }
        assertThrows(IllegalArgumentException::class.java) { ring.read(1, 4) }
        assertThrows(IllegalArgumentException::class.java) { ring.read(3, 7) }
        assertThrows(IllegalArgumentException::class.java) { ring.read(5, 4) }
        assertEquals(0, ring.read(6, 6).size)
    }
}
