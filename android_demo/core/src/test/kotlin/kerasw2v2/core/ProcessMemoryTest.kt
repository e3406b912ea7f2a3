package kerasw2v2.core

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

class ProcessMemoryTest {
    @get:Rule val temporary = TemporaryFolder()

    @Test
    fun `the kernel's kilobytes are read as bytes`() {
        val status = temporary.newFile().apply { writeText("Name:\tx\nVmHWM:\t  300 kB\nVmRSS:\t  200 kB\n") }
        assertEquals(ProcessMemory(resident = 200 * 1024, peak = 300 * 1024), ProcessMemory.now(status))
    }

    @Test
    fun `a kernel that does not say is believed`() {
        assertNull(ProcessMemory.now(File(temporary.root, "none")))
        assertNull(ProcessMemory.now(temporary.newFile()))
    }
}
