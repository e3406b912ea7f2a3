/** What may go into a recogniser: finite samples of a believable size. */

import { AudioError } from "./errors.js";
import { SAMPLE_RATE } from "./frames.js";

export const LOUDEST = 4; // full scale is 1

/**
 * @param {Float32Array} samples
 * @param {number} [from] sample of the recording that is their first.
 * @throws {AudioError} not_finite or too_loud.
 */
export function requireSound(samples, from = 0) {
  samples.forEach((value, i) => requireSample(value, (from + i) / SAMPLE_RATE));
}

/** Returns a sample that stands at `seconds`, or throws what is wrong with it. */
export function requireSample(value, seconds) {
  if (Math.abs(value) <= LOUDEST) return value; // NaN is not
  const place = `at ${seconds.toFixed(3)} s`;
  throw Number.isFinite(value)
    ? new AudioError("too_loud", `the sound is ${value} ${place}, full scale is 1`)
    : new AudioError("not_finite", `the sound is no number ${place}`);
}
