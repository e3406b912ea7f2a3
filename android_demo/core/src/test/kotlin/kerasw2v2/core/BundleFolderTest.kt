package kerasw2v2.core

import java.io.ByteArrayInputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

class BundleFolderTest {
    @get:Rule val temporary = TemporaryFolder()

    private val sound = Golden.bytes(Golden.cases("bundles.json").first { it.optional("error") == null })
    private val writer = BundleWriter(sound)
    private val other = writer.write(writer.metadata.apply { addProperty("variant", "float32") })
    private val folder by lazy { BundleFolder(temporary.root) }

    private fun files() = temporary.root.list()!!.toList()

    @Test
    fun `a bundle is replaced by another`() {
        assertNull(folder.read())
        folder.replace(ByteArrayInputStream(sound))
        assertEquals("float32", folder.replace(ByteArrayInputStream(other)).variant)
        assertEquals("float32", folder.read()!!.variant)
        assertEquals(listOf(folder.file.name), files())
    }

    @Test
    fun `a broken bundle leaves the old one`() {
        folder.replace(ByteArrayInputStream(other))
        for (size in listOf(0, 7, sound.size / 2, sound.size - 1)) {
            assertThrows(BundleException::class.java) {
                folder.replace(ByteArrayInputStream(sound.copyOf(size)))
            }
        }
        assertEquals("float32", folder.read()!!.variant)
        assertEquals(listOf(folder.file.name), files())
    }

    @Test
    fun `a copy that breaks off or never ends leaves the old one`() {
        folder.replace(ByteArrayInputStream(other))
        val broken = object : InputStream() {
            override fun read(): Int = throw IOException("card removed")
        }
        val endless = object : InputStream() {
            override fun read(): Int = 0
        }
        assertThrows(IOException::class.java) { folder.replace(broken) }
        assertThrows(IOException::class.java) { folder.replace(endless, largest = 1 shl 20) }
        assertEquals("float32", folder.read()!!.variant)
        assertEquals(listOf(folder.file.name), files())
    }

    @Test
    fun `a bundle that fails its trial leaves the old one`() {
        folder.replace(ByteArrayInputStream(other))
        assertThrows(IllegalStateException::class.java) {
            folder.replace(ByteArrayInputStream(sound)) { file, metadata ->
                assertEquals(sound.size.toLong(), file.length())
                error("the phone cannot run ${metadata.variant}")
            }
        }
        assertEquals("float32", folder.read()!!.variant)
    }

    @Test
    fun `what a killed import left behind is removed`() {
        File(temporary.root, "arriving.tflite").writeText("half")
        assertNull(folder.read())
        assertEquals(listOf<String>(), files())
    }

    @Test
    fun `clearing removes the bundle`() {
        folder.replace(ByteArrayInputStream(sound))
        folder.clear()
        assertNull(folder.read())
    }
}
