package com.google.ai.edge.litert

import android.content.res.AssetManager

enum class Accelerator { NONE, CPU, GPU, NPU }

enum class Status { Ok }

class LiteRtException(private val status: Status, message: String) : Exception(message)

abstract class JniHandle internal constructor() : AutoCloseable {
    final override fun close() = Unit
}

class Environment private constructor() : JniHandle()

class TensorBuffer internal constructor() : JniHandle() {
    fun writeInt(data: IntArray): Unit = TODO("$data")

    fun writeFloat(data: FloatArray): Unit = TODO("$data")

    fun readInt(): IntArray = TODO()

    fun readFloat(): FloatArray = TODO()
}

class CompiledModel private constructor() : JniHandle() {
    data class CpuOptions(
        val numThreads: Int? = null,
        val xnnPackFlags: Int? = null,
        val xnnPackWeightCachePath: String? = null,
    )

    data class GpuOptions(val precision: Precision? = null) {
        enum class Precision { DEFAULT, FP16, FP32 }
    }

    class Options(internal val accelerators: Set<Accelerator>) {
        constructor(vararg accelerators: Accelerator) : this(setOf(*accelerators))

        var cpuOptions: CpuOptions? = null
        var gpuOptions: GpuOptions? = null

        companion object {
            @JvmStatic val CPU = Options(Accelerator.CPU)
        }
    }

    fun createInputBuffer(inputName: String, signature: String = ""): TensorBuffer = TODO(inputName + signature)

    fun createOutputBuffer(outputName: String, signature: String = ""): TensorBuffer = TODO(outputName + signature)

    fun run(
        inputs: Map<String, TensorBuffer>,
        outputs: Map<String, TensorBuffer>,
        signature: String = "",
    ): Unit = TODO("$inputs $outputs $signature")

    companion object {
        @JvmStatic
        fun create(
            assetManager: AssetManager,
            assetName: String,
            options: Options = Options.CPU,
            optionalEnv: Environment? = null,
        ): CompiledModel = TODO("$assetManager $assetName $options $optionalEnv")

        @JvmStatic
        fun create(
            filePath: String,
            options: Options = Options.CPU,
            optionalEnv: Environment? = null,
        ): CompiledModel = TODO("$filePath $options $optionalEnv")
    }
}
