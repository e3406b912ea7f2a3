/** How fast the network is: real-time factor, and the time that a window takes. */

const MOST_WINDOWS = 1000;

export class SpeedMeter {
  #windows = []; // {sound, computing} of the latest

  /**
   * Counts a window.
   *
   * @param {number} sound seconds of the recording that it added.
   * @param {number} computing seconds that it took.
   */
  add(sound, computing) {
    this.#windows.push({ sound, computing });
    if (this.#windows.length > MOST_WINDOWS) this.#windows.shift();
  }

  /** Seconds of computing for a second of sound; null before any sound. */
  get realTimeFactor() {
    const sum = (key) => this.#windows.reduce((total, window) => total + window[key], 0);
    return sum("sound") > 0 ? sum("computing") / sum("sound") : null;
  }

  /**
   * Returns the computing time, in seconds, that `percent` of the windows stay within (nearest
   * rank); null before any window.
   */
  percentile(percent) {
    if (!this.#windows.length) return null;
    const times = this.#windows.map(({ computing }) => computing).sort((a, b) => a - b);
    return times[Math.max(0, Math.ceil((percent / 100) * times.length) - 1)];
  }
}
