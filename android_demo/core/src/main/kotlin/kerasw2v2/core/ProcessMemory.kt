package kerasw2v2.core

import java.io.File
import java.io.IOException

/**
 * Memory of this process as Linux, and so Android, counts it, in bytes.
 *
 * @property resident now.
 * @property peak at most so far.
 */
data class ProcessMemory(val resident: Long, val peak: Long) {
    companion object {
        /** Returns what the kernel says; null where it does not say. */
        fun now(status: File = File("/proc/self/status")): ProcessMemory? {
            val lines = try {
                status.readLines()
            } catch (_: IOException) {
                return null
            }
            return ProcessMemory(
                bytes(lines, "VmRSS:") ?: return null,
                bytes(lines, "VmHWM:") ?: return null,
            )
        }

        private fun bytes(lines: List<String>, key: String): Long? =
            lines.firstOrNull { it.startsWith(key) }
                ?.removePrefix(key)?.removeSuffix("kB")?.trim()?.toLongOrNull()?.times(1024)
    }
}
