package kerasw2v2.app

/**
 * How the network is run.
 *
 * @property gpu whether to try the GPU; the CPU takes over where it cannot.
 * @property threads of the CPU.
 */
data class Execution(val gpu: Boolean, val threads: Int) {
    companion object {
        /** More threads than big cores make the slow ones hold up the fast ones. */
        val MOST_THREADS = minOf(4, Runtime.getRuntime().availableProcessors())

        val DEFAULT = Execution(gpu = false, threads = minOf(2, MOST_THREADS))
    }
}
