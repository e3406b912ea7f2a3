package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test

class SpeedMeterTest {
    @Test
    fun `nothing measured says nothing`() {
        assertNull(SpeedMeter().realTimeFactor)
        assertNull(SpeedMeter().latency(0.5))
    }

    @Test
    fun `the real-time factor is work over sound`() {
        val meter = SpeedMeter()
        meter.record(newAudio = 1.0, run = 0.1, latency = 0.2)
        meter.record(newAudio = 3.0, run = 0.9, latency = 0.2)
        assertEquals(0.25, meter.realTimeFactor!!, 1e-12)
    }

    @Test
    fun `p50 and p95 are the nearest ranks`() {
        val meter = SpeedMeter()
        for (i in (1..100).shuffled(java.util.Random(1))) meter.record(1.0, 1.0, i.toDouble())
        assertEquals(50.0, meter.latency(0.5)!!, 0.0)
        assertEquals(95.0, meter.latency(0.95)!!, 0.0)
        assertEquals(100.0, meter.latency(1.0)!!, 0.0)
    }

    @Test
    fun `latencies of long ago are forgotten`() {
        val meter = SpeedMeter()
        repeat(1000) { meter.record(1.0, 1.0, 9.0) }
        repeat(500) { meter.record(1.0, 1.0, 1.0) }
        assertEquals(1.0, meter.latency(1.0)!!, 0.0)
    }
}
