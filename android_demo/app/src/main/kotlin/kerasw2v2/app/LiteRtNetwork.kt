package kerasw2v2.app

import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.LiteRtException
import com.google.ai.edge.litert.TensorBuffer
import java.io.File
import kerasw2v2.core.Logits
import kerasw2v2.core.Metadata
import kerasw2v2.core.Network
import kerasw2v2.core.Signature

/** The network of a bundle, compiled by LiteRT. Used by one thread at a time. */
class LiteRtNetwork private constructor(
    private val model: CompiledModel,
    private val bundle: Metadata,
) : Network, AutoCloseable {
    private val opened = mutableMapOf<Signature, Buffers>()

    override fun logits(waveform: FloatArray, numSamples: Int): Logits {
        val signature = bundle.signatureFor(numSamples)
        val buffers = opened.getOrPut(signature) { Buffers(signature) }
        return buffers.run(waveform, numSamples)
    }

    override fun close() {
        opened.values.forEach { it.close() }
        model.close()
    }

    /** What a signature reads and writes; by name, because the order is the converter's. */
    private inner class Buffers(private val signature: Signature) : AutoCloseable {
        private val window = FloatArray(signature.samples)
        private val waveformIn = model.createInputBuffer("waveform", signature.name)
        private val numSamplesIn = model.createInputBuffer("num_samples", signature.name)
        private val logitsOut = model.createOutputBuffer("logits", signature.name)
        private val numFramesOut = model.createOutputBuffer("num_frames", signature.name)
        private val tokenIdsOut = model.createOutputBuffer("token_ids", signature.name)
        private val inputs: Map<String, TensorBuffer> =
            mapOf("waveform" to waveformIn, "num_samples" to numSamplesIn)
        private val outputs: Map<String, TensorBuffer> =
            mapOf("logits" to logitsOut, "num_frames" to numFramesOut, "token_ids" to tokenIdsOut)

        fun run(waveform: FloatArray, numSamples: Int): Logits {
            waveform.copyInto(window, 0, 0, numSamples)
            window.fill(0f, numSamples)
            waveformIn.writeFloat(window)
            numSamplesIn.writeInt(intArrayOf(numSamples))
            model.run(inputs, outputs, signature.name)
            val frames = numFramesOut.readInt().first()
            return Logits(logitsOut.readFloat(), bundle.vocabulary.tokens.size).slice(0, frames)
        }

        override fun close() = (inputs.values + outputs.values).forEach { it.close() }
    }

    companion object {
        /**
         * Compiles for the CPU.
         *
         * @param cache a folder for the weights as the CPU wants them. Without it each signature
         *   packs a copy of its own, and each start packs anew.
         */
        fun onCpu(file: File, bundle: Metadata, threads: Int, cache: File): LiteRtNetwork {
            // Named by the checksum: weights of another network must never be found here.
            val packed = File(cache, "${bundle.sha256}.weights")
            cache.listFiles()?.filter { it.name.endsWith(".weights") && it != packed }?.forEach { it.delete() }
            return try {
                compiled(file, bundle, cpu(threads, packed))
            } catch (_: LiteRtException) {
                // A full disk, or a cache that another version of LiteRT wrote.
                packed.delete()
                compiled(file, bundle, cpu(threads, null))
            }
        }

        /** Compiles for the GPU, all of it or not at all. */
        fun onGpu(file: File, bundle: Metadata): LiteRtNetwork =
            compiled(
                file,
                bundle,
                CompiledModel.Options(Accelerator.GPU).apply {
                    // The activations of speech networks overflow half precision.
                    gpuOptions = CompiledModel.GpuOptions(
                        precision = CompiledModel.GpuOptions.Precision.FP32,
                    )
                },
            )

        private fun cpu(threads: Int, packed: File?) =
            CompiledModel.Options(Accelerator.CPU).apply {
                cpuOptions = CompiledModel.CpuOptions(
                    numThreads = threads,
                    xnnPackWeightCachePath = packed?.path,
                )
            }

        private fun compiled(file: File, bundle: Metadata, options: CompiledModel.Options) =
            LiteRtNetwork(CompiledModel.create(file.path, options), bundle)
    }
}
