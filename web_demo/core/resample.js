/** Sound of any rate brought to 16 kHz, by the windowed sinc of docs/bundle.md. */

import { SAMPLE_RATE } from "./frames.js";
import { LOUDEST } from "./sound.js";

const CUTOFF = 0.95; // of the lower rate's band
const ZERO_CROSSINGS = 56;
const KAISER = 9;
const HEIGHT = bessel(KAISER);
const MOST_PHASES = 640; // those of 11,025 Hz

/** A recording of another rate, read at 16 kHz from any sample on, with silence around it. */
export class Resampled {
  #input;
  #rate;
  #cutoff;
  #reach; // input samples on either side of the sinc
  #phases; // places between two input samples at which the sinc is known
  #weights = [];

  /**
   * @param {Float32Array} input
   * @param {number} rate of it, Hz.
   */
  constructor(input, rate) {
    this.#input = input;
    this.#rate = rate;
    this.#cutoff = CUTOFF * Math.min(1, SAMPLE_RATE / rate);
    this.#reach = Math.ceil(ZERO_CROSSINGS / this.#cutoff);
    // Usual rates need no more; of the rest, such as 44,101 Hz, a sample lies between two places.
    this.#phases = Math.min(SAMPLE_RATE / greatestDivisor(rate, SAMPLE_RATE), MOST_PHASES);
    this.length = Math.floor((2 * input.length * SAMPLE_RATE + rate) / (2 * rate));
  }

  /** Returns the samples [from, to) at 16 kHz. */
  read(from, to) {
    return Float32Array.from({ length: to - from }, (_, i) => this.#sample(from + i));
  }

  #sample(at) {
    const before = Math.floor((at * this.#rate) / SAMPLE_RATE);
    const place = ((at * this.#rate) % SAMPLE_RATE) * this.#phases;
    const phase = Math.floor(place / SAMPLE_RATE);
    const share = (place % SAMPLE_RATE) / SAMPLE_RATE;
    let sample = this.#weighted(before, phase);
    if (share) sample += share * (this.#weighted(before, phase + 1) - sample);
    // A sinc overshoots where the sound jumps: what could be read stays readable.
    return Math.max(-LOUDEST, Math.min(LOUDEST, sample));
  }

  #weighted(before, phase) {
    const weights = (this.#weights[phase] ??= this.#weightsOf(phase));
    const input = this.#input;
    const begin = before - this.#reach;
    const to = Math.min(weights.length, input.length - begin);
    let sum = 0;
    for (let j = Math.max(0, -begin); j < to; j++) sum += weights[j] * input[begin + j];
    return sum;
  }

  #weightsOf(phase) {
    const last = phase / this.#phases + this.#reach;
    return Float32Array.from({ length: 2 * this.#reach + 2 }, (_, j) =>
      kernel(this.#cutoff * (last - j), this.#cutoff),
    );
  }
}

function kernel(x, cutoff) {
  const edge = x / ZERO_CROSSINGS;
  if (Math.abs(edge) > 1) return 0;
  const sinc = x ? Math.sin(Math.PI * x) / (Math.PI * x) : 1;
  return (cutoff * sinc * bessel(KAISER * Math.sqrt(1 - edge * edge))) / HEIGHT;
}

/** The modified Bessel function of the first kind, of order 0, by its power series. */
function bessel(x) {
  let sum = 1;
  for (let term = 1, k = 1; term > 1e-17 * sum; k++) {
    term *= (x * x) / (4 * k * k);
    sum += term;
  }
  return sum;
}

function greatestDivisor(a, b) {
  return b ? greatestDivisor(b, a % b) : a;
}
