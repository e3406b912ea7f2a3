package kerasw2v2.app

import java.io.File
import kerasw2v2.core.Logits
import kerasw2v2.core.Metadata
import kotlin.math.PI
import kotlin.math.abs
import kotlin.math.sin

/**
 * The network that a choice ended up with.
 *
 * @property whyNotGpu why the GPU that was asked for does not run it; null where it was not, or does.
 */
class NetworkChoice private constructor(
    val network: LiteRtNetwork,
    val onGpu: Boolean,
    val whyNotGpu: String?,
) {
    companion object {
        /** Relative to the largest logit; a GPU that is further off hears something else. */
        private const val TOLERANCE = 0.02

        /** Returns the network as [execution] asks for it, or on the CPU with the reason. */
        fun open(file: File, bundle: Metadata, execution: Execution, cache: File): NetworkChoice {
            val cpu = LiteRtNetwork.onCpu(file, bundle, execution.threads, cache)
            if (!execution.gpu) return NetworkChoice(cpu, onGpu = false, whyNotGpu = null)
            val gpu = closedOnFailure(cpu) {
                val sound = sweep(bundle.signatures.first().samples)
                val expected = cpu.logits(sound)
                // Whatever a driver throws, links or computes, the CPU can take over.
                runCatching { onGpu(file, bundle, sound, expected) }
            }
            return gpu.fold(
                onSuccess = {
                    cpu.close()
                    NetworkChoice(it, onGpu = true, whyNotGpu = null)
                },
                onFailure = {
                    NetworkChoice(cpu, onGpu = false, whyNotGpu = it.message ?: it.javaClass.simpleName)
                },
            )
        }

        /** A GPU that compiles a network may still compute it wrongly: it must hear what the CPU hears. */
        private fun onGpu(file: File, bundle: Metadata, sound: FloatArray, expected: Logits): LiteRtNetwork {
            val gpu = LiteRtNetwork.onGpu(file, bundle)
            closedOnFailure(gpu) {
                val difference = difference(expected, gpu.logits(sound))
                check(difference <= TOLERANCE) { // NaN is not
                    "its logits differ from the CPU's by %.1f %%".format(100 * difference)
                }
            }
            return gpu
        }

        private fun difference(expected: Logits, found: Logits): Double {
            check(expected.frames == found.frames) { "it gives ${found.frames} frames, the CPU ${expected.frames}" }
            val largest = expected.values.maxOf { abs(it) }
            return expected.values.indices.maxOf { abs(expected.values[it] - found.values[it]).toDouble() } / largest
        }

        /** A tone that rises through the band of speech. */
        private fun sweep(samples: Int) = FloatArray(samples) { i ->
            val share = i.toDouble() / samples
            (0.3 * sin(PI * samples * 0.2 * share * share)).toFloat()
        }

        private fun <T> closedOnFailure(network: LiteRtNetwork, body: () -> T): T {
            try {
                return body()
            } catch (error: Throwable) {
                network.close()
                throw error
            }
        }
    }
}
