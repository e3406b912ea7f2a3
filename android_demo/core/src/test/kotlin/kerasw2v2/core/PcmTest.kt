package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

class PcmTest {
    @Test
    fun `int16 is divided by 32768`() {
        val floats = Pcm.floats(shortArrayOf(Short.MIN_VALUE, -1, 0, Short.MAX_VALUE, 5), count = 4)
        assertEquals(listOf(-1f, -1 / 32768f, 0f, 32767 / 32768f), floats.toList())
    }

    @Test
    fun `full scale and silence are sound`() {
        Pcm.requireUsable(floatArrayOf(1f, -1f, 0f, -0f, Pcm.LOUDEST))
        Pcm.requireUsable(FloatArray(0))
    }

    @Test
    fun `what no recogniser reads is refused with its place`() {
        val faults = mapOf(
            Float.NaN to AudioFault.NOT_FINITE,
            Float.NEGATIVE_INFINITY to AudioFault.NOT_FINITE,
            4.01f to AudioFault.TOO_LOUD,
            -32768f to AudioFault.TOO_LOUD,
        )
        for ((sample, fault) in faults) {
            val error = assertThrows(AudioException::class.java) {
                Pcm.requireUsable(floatArrayOf(0f, sample), first = 100)
            }
            assertEquals(fault, error.fault)
            assertEquals(true, error.message!!.startsWith("sample 101 "))
        }
    }
}
