package kerasw2v2.core

import org.junit.Assert.assertEquals
import org.junit.Test

class StitchingTest {
    @Test
    fun `stitched logits are those of Python`() {
        for (case in Golden.cases("stitching.json")) {
            val vocabulary = case.list("stitched")[0].asJsonArray.size()
            val windows = case.list("windows").map { it.window() }
            val logits = case.list("logits").map { it.asJsonArray.logits(vocabulary) }
            assertEquals(windows.size, logits.size)
            val kept = windows.zip(logits) { window, ofWindow -> window.kept(ofWindow) }
            assertLogits(case.list("stitched").logits(vocabulary), stitch(kept))
        }
    }

    @Test
    fun `what is kept and what is ahead make up the window after its left context`() {
        val logits = Logits(FloatArray(10) { it.toFloat() }, 1)
        val window = Window(start = 0, end = 0, firstFrame = 5, keepFrom = 7, keepTo = 12)
        assertLogits(logits.slice(2, 7), window.kept(logits))
        assertLogits(logits.slice(7, 10), window.ahead(logits))
    }
}
