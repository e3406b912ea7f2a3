/** Frame arithmetic: how samples become frames, in exactly one place. */

/** Samples in a second, of every waveform that a model reads. */
export const SAMPLE_RATE = 16000;

/**
 * Converts between samples, frames and seconds for a stack of unpadded convolutions.
 *
 * @example
 * const frames = new FrameArithmetic([10, 3, 3, 3, 3, 2, 2], [5, 2, 2, 2, 2, 2, 2]);
 * frames.frames(16000); // 49
 */
export class FrameArithmetic {
  /**
   * @param {number[]} kernels width of each convolution, in its input frames.
   * @param {number[]} strides stride of each convolution.
   */
  constructor(kernels, strides) {
    const whole = [...kernels, ...strides].every((value) => Number.isInteger(value) && value >= 1);
    if (kernels.length !== strides.length || !kernels.length || !whole) {
      throw new RangeError(
        `kernels [${kernels}] and strides [${strides}] must be whole numbers of at least 1, as ` +
          "many of one as of the other",
      );
    }
    this.kernels = kernels;
    this.strides = strides;
    /** Samples from the start of a frame to the start of the next one. */
    this.hop = strides.reduce((product, stride) => product * stride, 1);
    /** Samples that one frame sees. */
    this.receptiveField = this.samples(1);
  }

  /** Returns the number of frames of `samples` samples (0 when too few). */
  frames(samples) {
    let length = samples;
    for (let i = 0; i < this.kernels.length; i++) {
      length = Math.max(0, Math.floor((length - this.kernels[i]) / this.strides[i]) + 1);
    }
    return length;
  }

  /** Returns the least number of samples that gives `frames` frames. */
  samples(frames) {
    let length = frames;
    for (let i = this.kernels.length - 1; i >= 0; i--) {
      length = (length - 1) * this.strides[i] + this.kernels[i];
    }
    return length;
  }

  /** Returns the time at which `frame` (from 0) starts, in seconds. */
  seconds(frame) {
    return (frame * this.hop) / SAMPLE_RATE;
  }
}
