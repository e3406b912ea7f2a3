package kerasw2v2.core

/** Samples in a second, of every waveform that a model reads. */
const val SAMPLE_RATE = 16_000

/**
 * How samples become frames in a stack of unpadded convolutions.
 *
 * @property kernels kernel width of each convolution, in its input frames.
 * @property strides stride of each convolution.
 * @throws IllegalArgumentException lists of different or no length, or a number below 1.
 * @throws ArithmeticException a hop or receptive field beyond 63 bits.
 */
data class FrameArithmetic(val kernels: List<Int>, val strides: List<Int>) {
    init {
        require(kernels.isNotEmpty() && kernels.size == strides.size) {
            "conv_kernels $kernels and conv_strides $strides must have the same length, at least 1"
        }
        require((kernels + strides).all { it >= 1 }) {
            "conv_kernels $kernels and conv_strides $strides must be at least 1"
        }
    }

    /** Samples from the start of a frame to the start of the next one. */
    val hop: Long = strides.fold(1L) { hop, stride -> Math.multiplyExact(hop, stride.toLong()) }

    /** Samples that one frame sees. */
    val receptiveField: Long = samples(1)

    /** Returns the number of frames of [samples] samples: 0 when too few. */
    fun frames(samples: Long): Long =
        kernels.zip(strides).fold(samples) { n, (kernel, stride) ->
            if (n < kernel) 0 else (n - kernel) / stride + 1
        }

    /** Returns the least number of samples that gives [frames] frames, at least 1. */
    fun samples(frames: Long): Long =
        kernels.zip(strides).foldRight(frames) { (kernel, stride), n ->
            Math.addExact(Math.multiplyExact(n - 1, stride.toLong()), kernel.toLong())
        }

    /** Returns the time at which frame [frame] (from 0) starts, in seconds. */
    fun seconds(frame: Long): Double = frame.toDouble() * hop / SAMPLE_RATE
}
