package kerasw2v2.jvm

import com.sun.jna.Library
import com.sun.jna.Native
import com.sun.jna.Pointer
import com.sun.jna.Structure
import com.sun.jna.ptr.PointerByReference

/**
 * The functions of LiteRT's C interface that run a model: the library that the Kotlin
 * CompiledModel of Android calls too. Sizes and indices are size_t, a Long on 64-bit machines.
 */
@Suppress("FunctionName")
internal interface LiteRtLibrary : Library {
    fun LiteRtCreateEnvironment(options: Int, values: Pointer?, out: PointerByReference): Int

    fun LiteRtDestroyEnvironment(environment: Pointer)

    fun LiteRtCreateModelFromFile(environment: Pointer, path: String, out: PointerByReference): Int

    fun LiteRtDestroyModel(model: Pointer)

    fun LiteRtCreateOptions(out: PointerByReference): Int

    fun LiteRtDestroyOptions(options: Pointer)

    fun LiteRtSetOptionsHardwareAccelerators(options: Pointer, accelerators: Int): Int

    fun LiteRtCreateOpaqueOptions(
        identifier: String,
        payload: Pointer,
        deleter: Pointer,
        out: PointerByReference,
    ): Int

    fun LiteRtAddOpaqueOptions(options: Pointer, opaque: Pointer): Int

    fun LiteRtCreateCompiledModel(
        environment: Pointer,
        model: Pointer,
        options: Pointer,
        out: PointerByReference,
    ): Int

    fun LiteRtDestroyCompiledModel(model: Pointer)

    fun LiteRtGetNumModelSignatures(model: Pointer, out: SizeByReference): Int

    fun LiteRtGetModelSignature(model: Pointer, index: Long, out: PointerByReference): Int

    fun LiteRtGetSignatureKey(signature: Pointer, out: PointerByReference): Int

    fun LiteRtGetNumSignatureInputs(signature: Pointer, out: SizeByReference): Int

    fun LiteRtGetNumSignatureOutputs(signature: Pointer, out: SizeByReference): Int

    fun LiteRtGetSignatureInputName(signature: Pointer, index: Long, out: PointerByReference): Int

    fun LiteRtGetSignatureOutputName(signature: Pointer, index: Long, out: PointerByReference): Int

    fun LiteRtGetSignatureInputTensorByIndex(
        signature: Pointer,
        index: Long,
        out: PointerByReference,
    ): Int

    fun LiteRtGetSignatureOutputTensorByIndex(
        signature: Pointer,
        index: Long,
        out: PointerByReference,
    ): Int

    fun LiteRtGetRankedTensorType(tensor: Pointer, out: TensorType): Int

    fun LiteRtGetCompiledModelInputBufferRequirements(
        model: Pointer,
        signature: Long,
        index: Long,
        out: PointerByReference,
    ): Int

    fun LiteRtGetCompiledModelOutputBufferRequirements(
        model: Pointer,
        signature: Long,
        index: Long,
        out: PointerByReference,
    ): Int

    fun LiteRtCreateManagedTensorBufferFromRequirements(
        environment: Pointer,
        type: TensorType,
        requirements: Pointer,
        out: PointerByReference,
    ): Int

    fun LiteRtDestroyTensorBuffer(buffer: Pointer)

    fun LiteRtLockTensorBuffer(buffer: Pointer, out: PointerByReference, mode: Int): Int

    fun LiteRtUnlockTensorBuffer(buffer: Pointer): Int

    fun LiteRtRunCompiledModel(
        model: Pointer,
        signature: Long,
        numInputs: Long,
        inputs: Array<Pointer>,
        numOutputs: Long,
        outputs: Array<Pointer>,
    ): Int

    companion object {
        const val CPU = 1
        const val LOCK_READ = 0
        const val LOCK_WRITE = 1

        fun load(path: String): LiteRtLibrary = Native.load(path, LiteRtLibrary::class.java)
    }
}

/** size_t that a function writes. */
internal class SizeByReference : com.sun.jna.ptr.ByReference(Long.SIZE_BYTES) {
    val value: Int
        get() = pointer.getLong(0).toInt()
}

/** LiteRtRankedTensorType: the element type, then the layout. */
@Structure.FieldOrder("element", "rankAndFlags", "dimensions", "strides")
internal class TensorType : Structure() {
    @JvmField var element = 0

    @JvmField var rankAndFlags = 0

    @JvmField var dimensions = IntArray(MOST_DIMENSIONS)

    @JvmField var strides = IntArray(MOST_DIMENSIONS)

    /** Sizes of the dimensions: the rank is the lowest 7 bits. */
    val shape: List<Int>
        get() = dimensions.take(rankAndFlags and 0x7f)

    val elements: Int
        get() = shape.fold(1, Int::times)

    private companion object {
        const val MOST_DIMENSIONS = 8
    }
}
