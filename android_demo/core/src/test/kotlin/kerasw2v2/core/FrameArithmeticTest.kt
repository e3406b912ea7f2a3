package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

class FrameArithmeticTest {
    @Test
    fun `frames and samples are those of Python`() {
        for (case in Golden.cases("frames.json")) {
            val frames = case.frameArithmetic()
            assertEquals(case.long("hop"), frames.hop)
            assertEquals(case.long("receptive_field"), frames.receptiveField)
            for ((samples, expected) in case.list("frames").map { it.asJsonArray.longs() }) {
                assertEquals("$samples samples", expected, frames.frames(samples))
            }
            for ((count, expected) in case.list("samples").map { it.asJsonArray.longs() }) {
                assertEquals("$count frames", expected, frames.samples(count))
            }
        }
    }

    @Test
    fun `one sample less than samples(n) gives one frame less`() {
        for (case in Golden.cases("frames.json")) {
            val frames = case.frameArithmetic()
            for (count in 1L..300L) {
                assertEquals(count, frames.frames(frames.samples(count)))
                assertEquals(count - 1, frames.frames(frames.samples(count) - 1))
            }
        }
    }

    @Test
    fun `convolutions that cannot be are refused`() {
        assertThrows(IllegalArgumentException::class.java) { FrameArithmetic(listOf(), listOf()) }
        assertThrows(IllegalArgumentException::class.java) { FrameArithmetic(listOf(2), listOf(2, 2)) }
        assertThrows(IllegalArgumentException::class.java) { FrameArithmetic(listOf(2), listOf(0)) }
        assertThrows(ArithmeticException::class.java) {
            FrameArithmetic(List(5) { 2 }, List(5) { Int.MAX_VALUE })
        }
    }
}
