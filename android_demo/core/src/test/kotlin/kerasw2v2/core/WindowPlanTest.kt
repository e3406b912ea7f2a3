package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class WindowPlanTest {
    private val frames = FrameArithmetic(listOf(10, 3, 3, 3, 3, 2, 2), listOf(5, 2, 2, 2, 2, 2, 2))

    @Test
    fun `windows of a recording are those of Python`() {
        for (case in Golden.cases("plans.json")) {
            val expected = case.list("windows").map { it.window() }
            assertEquals(expected, case.windowPlan().of(case.long("total_samples")).toList())
        }
    }

    @Test
    fun `live windows are ready when Python's are`() {
        for (case in Golden.cases("plans.json")) {
            val plan = case.windowPlan()
            for ((samples, ready) in case.list("ready").map { it.asJsonArray.longs() }) {
                val found = generateSequence(0L) { it + 1 }.takeWhile { plan.windowAt(it).end <= samples }
                assertEquals("$samples samples", ready, found.count().toLong())
            }
        }
    }

    @Test
    fun `every frame is kept exactly once and no window is too long`() {
        for (case in Golden.cases("plans.json")) {
            val plan = case.windowPlan()
            for (total in 0L..6 * plan.samples step maxOf(1L, plan.samples / 37)) {
                val windows = plan.of(total).toList()
                val edges = windows.map { it.keepFrom } + listOfNotNull(windows.lastOrNull()?.keepTo)
                assertEquals(edges.sorted().distinct(), edges)
                assertEquals(case.frameArithmetic().frames(total), edges.lastOrNull() ?: 0L)
                assertTrue(windows.all { it.end - it.start <= plan.samples && it.end <= total })
            }
        }
    }

    @Test
    fun `a latency of 400 ms is half step and half look-ahead`() {
        val plan = WindowPlan.forLatency(frames, samples = 32_000, latencySeconds = 0.4)
        assertEquals(10L, plan.step)
        assertEquals(10L, plan.right)
        assertEquals(99L, plan.window)
        assertEquals(0.4, plan.latencySeconds, 1e-9)
    }

    @Test
    fun `plans that keep no frame are refused`() {
        assertThrows(IllegalArgumentException::class.java) { WindowPlan(frames, 20, 10, 10) }
        assertThrows(IllegalArgumentException::class.java) { WindowPlan(frames, 20, -1, 10) }
        assertThrows(IllegalArgumentException::class.java) { WindowPlan.forLatency(frames, 32_000, 0.02) }
        assertThrows(IllegalArgumentException::class.java) { WindowPlan.forLatency(frames, 32_000, 3.0) }
    }
}
