/** How a recording of any length is read by windows: one plan, offline and live. */

const CONTEXT_SECONDS = 1;

/**
 * One window of a recording.
 *
 * @typedef {object} Window
 * @property {number} start first sample that it sees.
 * @property {number} end the sample after the last that it sees.
 * @property {number} firstFrame the frame of the recording that is its first.
 * @property {number} keepFrom first frame of the recording that is taken from it.
 * @property {number} keepTo the frame after the last that is taken from it.
 */

/**
 * Windows with context on either side whose own frames are dropped. Window k keeps the frames
 * from k * step to (k + 1) * step; the last one keeps all to the recording's end.
 */
export class WindowPlan {
  /**
   * @param {FrameArithmetic} frames of the model.
   * @param {{window: number, left: number, right: number}} sizes in frames.
   */
  constructor(frames, { window, left, right }) {
    /** Frames kept of a window. */
    this.step = window - left - right;
    if (left < 0 || right < 0 || this.step < 1) {
      throw new RangeError(
        `a window of ${window} frames cannot have a context of ${left} and ${right} frames: ` +
          "neither may be negative, and a frame must remain to keep",
      );
    }
    Object.assign(this, { frames, window, left, right });
  }

  /** Returns the plan for recordings: the same context on both sides, at most a quarter each. */
  static forRecordings(frames, samples) {
    const window = frames.frames(samples);
    const wanted = Math.round(CONTEXT_SECONDS / frames.seconds(1));
    const context = Math.min(wanted, Math.floor(window / 4));
    return new WindowPlan(frames, { window, left: context, right: context });
  }

  /**
   * Returns the plan for live audio: what is heard is told `latencySeconds` later. Half of the
   * latency is the step, half the right context; the rest of the window is left context.
   *
   * @param {FrameArithmetic} frames
   * @param {number} samples that a window holds.
   * @param {number} latencySeconds from the end of a frame to the window that keeps it; the time
   *     to run a window comes on top.
   */
  static forLatency(frames, samples, latencySeconds) {
    const window = frames.frames(samples);
    const latency = Math.floor(latencySeconds / frames.seconds(1) + 1e-6);
    if (!(latency >= 2 && latency <= window)) {
      throw new RangeError(
        `a latency of ${latencySeconds} s cannot be had with this window: choose ` +
          `${frames.seconds(2)} to ${frames.seconds(window)} s`,
      );
    }
    return new WindowPlan(frames, { window, left: window - latency, right: latency >> 1 });
  }

  /**
   * Returns the windows of a whole recording; none for one shorter than a frame.
   *
   * @param {number} totalSamples
   * @returns {Window[]}
   */
  windows(totalSamples) {
    const total = this.frames.frames(totalSamples);
    const windows = [];
    for (let k = 0; k * this.step < total; k++) {
      const ends = total <= (k + 1) * this.step + this.right;
      windows.push(ends ? this.last(k, totalSamples) : this.windowAt(k));
      if (ends) break;
    }
    return windows;
  }

  /** Returns window `k` of a recording that goes on after it. */
  windowAt(k) {
    return this.#window(k, (k + 1) * this.step, (k + 1) * this.step + this.right);
  }

  /** Returns window `k` of a recording that ends in it; null where no frame is left. */
  last(k, totalSamples) {
    const total = this.frames.frames(totalSamples);
    return k * this.step < total ? this.#window(k, total, total) : null;
  }

  #window(k, keepTo, seenTo) {
    const keepFrom = k * this.step;
    const firstFrame = Math.max(0, keepFrom - this.left);
    const start = firstFrame * this.frames.hop;
    const end = start + this.frames.samples(seenTo - firstFrame);
    return { start, end, firstFrame, keepFrom, keepTo };
  }
}
