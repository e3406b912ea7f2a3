package kerasw2v2.jvm

import com.sun.jna.Function
import com.sun.jna.Native
import com.sun.jna.Pointer
import com.sun.jna.ptr.PointerByReference
import java.io.Closeable
import java.io.File

/**
 * A model that LiteRT has compiled for the CPU.
 *
 * @param weightCache where the weights are kept as the CPU wants them, as the app does it.
 */
internal class LiteRtModel(
    private val library: LiteRtLibrary,
    file: File,
    threads: Int,
    weightCache: File?,
) : Closeable {
    private val environment = out("create the environment") { library.LiteRtCreateEnvironment(0, null, it) }
    private val model = out("read $file") {
        library.LiteRtCreateModelFromFile(environment, file.path, it)
    }
    private val compiled = compile(file, threads, weightCache)
    private val opened = mutableMapOf<String, OpenSignature>()

    /** Returns the buffers of the signature [name], made once. */
    fun signature(name: String): OpenSignature = opened.getOrPut(name) { openSignature(name) }

    override fun close() {
        opened.values.forEach { signature ->
            (signature.inputs + signature.outputs).values.forEach { library.LiteRtDestroyTensorBuffer(it.handle) }
        }
        library.LiteRtDestroyCompiledModel(compiled)
        library.LiteRtDestroyModel(model)
        library.LiteRtDestroyEnvironment(environment)
    }

    /** Memory that a signature reads or writes. */
    inner class Buffer(val handle: Pointer, val type: TensorType) {
        fun write(values: FloatArray) = locked(LiteRtLibrary.LOCK_WRITE) {
            require(values.size == type.elements) { "${values.size} values for shape ${type.shape}" }
            it.write(0, values, 0, values.size)
        }

        fun write(value: Int) = locked(LiteRtLibrary.LOCK_WRITE) { it.setInt(0, value) }

        fun readFloats(count: Int): FloatArray =
            locked(LiteRtLibrary.LOCK_READ) { it.getFloatArray(0, count) }

        fun readInts(count: Int): IntArray =
            locked(LiteRtLibrary.LOCK_READ) { it.getIntArray(0, count) }

        private fun <T> locked(mode: Int, use: (Pointer) -> T): T {
            val memory = out("lock a buffer") { library.LiteRtLockTensorBuffer(handle, it, mode) }
            try {
                return use(memory)
            } finally {
                check("unlock a buffer", library.LiteRtUnlockTensorBuffer(handle))
            }
        }
    }

    /** A signature and the buffers that it runs on, by name and in the model's order. */
    inner class OpenSignature(
        private val index: Long,
        val inputs: Map<String, Buffer>,
        val outputs: Map<String, Buffer>,
    ) {
        fun run() = check(
            "run the model",
            library.LiteRtRunCompiledModel(
                compiled,
                index,
                inputs.size.toLong(),
                inputs.values.map { it.handle }.toTypedArray(),
                outputs.size.toLong(),
                outputs.values.map { it.handle }.toTypedArray(),
            ),
        )
    }

    private fun compile(file: File, threads: Int, weightCache: File?): Pointer {
        val options = out("create options") { library.LiteRtCreateOptions(it) }
        check("choose the CPU", library.LiteRtSetOptionsHardwareAccelerators(options, LiteRtLibrary.CPU))
        val cacheLine = weightCache?.let { "weight_cache_file_path = \"$it\"\n" }.orEmpty()
        val payload = "num_threads = $threads\n$cacheLine".toByteArray()
        // LiteRT frees the text itself, so it must come from the C library's malloc.
        val text = Pointer(Native.malloc(payload.size + 1L)).apply {
            write(0, payload, 0, payload.size)
            setByte(payload.size.toLong(), 0)
        }
        val free = Function.getFunction("c", "free")
        val threadOptions = out("create CPU options") {
            library.LiteRtCreateOpaqueOptions("xnnpack", text, free, it)
        }
        check("add CPU options", library.LiteRtAddOpaqueOptions(options, threadOptions))
        val compiled = out("compile $file") {
            library.LiteRtCreateCompiledModel(environment, model, options, it)
        }
        library.LiteRtDestroyOptions(options)
        return compiled
    }

    private fun openSignature(name: String): OpenSignature {
        val count = SizeByReference()
        check("count signatures", library.LiteRtGetNumModelSignatures(model, count))
        for (index in 0 until count.value.toLong()) {
            val signature = out("get signature $index") {
                library.LiteRtGetModelSignature(model, index, it)
            }
            val key = out("get the name of signature $index") { library.LiteRtGetSignatureKey(signature, it) }
            if (key.getString(0) == name) {
                return OpenSignature(index, inputs(signature, index), outputs(signature, index))
            }
        }
        throw NoSuchElementException("the model has no signature $name")
    }

    private fun inputs(signature: Pointer, index: Long): Map<String, Buffer> {
        val count = SizeByReference()
        check("count inputs", library.LiteRtGetNumSignatureInputs(signature, count))
        return (0 until count.value.toLong()).associate { i ->
            val name = out("name input $i") { library.LiteRtGetSignatureInputName(signature, i, it) }
            val tensor = out("find input $i") {
                library.LiteRtGetSignatureInputTensorByIndex(signature, i, it)
            }
            val requirements = out("ask what input $i needs") {
                library.LiteRtGetCompiledModelInputBufferRequirements(compiled, index, i, it)
            }
            name.getString(0) to buffer(tensor, requirements)
        }
    }

    private fun outputs(signature: Pointer, index: Long): Map<String, Buffer> {
        val count = SizeByReference()
        check("count outputs", library.LiteRtGetNumSignatureOutputs(signature, count))
        return (0 until count.value.toLong()).associate { i ->
            val name = out("name output $i") { library.LiteRtGetSignatureOutputName(signature, i, it) }
            val tensor = out("find output $i") {
                library.LiteRtGetSignatureOutputTensorByIndex(signature, i, it)
            }
            val requirements = out("ask what output $i needs") {
                library.LiteRtGetCompiledModelOutputBufferRequirements(compiled, index, i, it)
            }
            name.getString(0) to buffer(tensor, requirements)
        }
    }

    private fun buffer(tensor: Pointer, requirements: Pointer): Buffer {
        val type = TensorType()
        check("get a tensor's type", library.LiteRtGetRankedTensorType(tensor, type))
        val handle = out("create a buffer") {
            library.LiteRtCreateManagedTensorBufferFromRequirements(environment, type, requirements, it)
        }
        return Buffer(handle, type)
    }

    private fun out(what: String, call: (PointerByReference) -> Int): Pointer {
        val reference = PointerByReference()
        check(what, call(reference))
        return reference.value
    }

    private fun check(what: String, status: Int) {
        check(status == 0) { "LiteRT could not $what: status $status" }
    }
}
