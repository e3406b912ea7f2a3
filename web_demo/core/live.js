/** Live transcription: push PCM, get words that stay and what is still open. */

import { AudioError } from "./errors.js";
import { SAMPLE_RATE } from "./frames.js";
import { ahead, kept } from "./logits.js";
import { SampleBuffer } from "./sample_buffer.js";
import { requireSound } from "./sound.js";
import { TextReader } from "./ctc.js";

// A recogniser that is this far behind will not catch up: stopping beats filling the memory.
const LONGEST_BACKLOG_SECONDS = 30;

/**
 * @typedef {object} Update
 * @property {Word[]} words those that became final.
 * @property {Word[]} partial those that may still change.
 * @property {number} seconds of the recording that were read.
 * @property {number} computing seconds that its window took.
 */

/**
 * @typedef {(samples: Float32Array) => Promise<{logits: Logits, seconds: number}>} Network
 *     `seconds`: of computing.
 */

/**
 * Transcribes a stream of samples by a plan.
 *
 * @example
 * const live = new LiveTranscriber({ plan, vocabulary, run });
 * live.push(samples);
 * for (let update; (update = await live.next()); ) show(update);
 * const { text } = await live.finish();
 */
export class LiveTranscriber {
  #plan;
  #run;
  #buffer;
  #reader;
  #windows = 0; // that were read

  /**
   * @param {object} options
   * @param {WindowPlan} options.plan
   * @param {Vocabulary} options.vocabulary
   * @param {Network} options.run
   */
  constructor({ plan, vocabulary, run }) {
    this.#plan = plan;
    this.#run = run;
    const backlog = LONGEST_BACKLOG_SECONDS * SAMPLE_RATE;
    this.#buffer = new SampleBuffer(plan.frames.samples(plan.window) + backlog);
    this.#reader = new TextReader(vocabulary, plan.frames);
  }

  /** Seconds of sound that have come. */
  get seconds() {
    return this.#buffer.total / SAMPLE_RATE;
  }

  /**
   * Takes the next samples.
   *
   * @param {Float32Array} samples 16 kHz in [-1, 1].
   * @throws {AudioError} not_finite, too_loud, or too_slow: the network lags too far behind.
   */
  push(samples) {
    requireSound(samples, this.#buffer.total);
    if (samples.length > this.#buffer.room) {
      throw new AudioError(
        "too_slow",
        `the recogniser is ${LONGEST_BACKLOG_SECONDS} s behind: choose a longer delay, which ` +
          "takes less computing, or a smaller bundle",
      );
    }
    this.#buffer.append(samples);
  }

  /** Returns the Update of the next window whose samples have come; null where there is none. */
  async next() {
    const window = this.#plan.windowAt(this.#windows);
    return window.end <= this.#buffer.total ? this.#read(window) : null;
  }

  /**
   * Ends the recording: reads what is left.
   *
   * @param {(update: Update) => void} [onUpdate] called after each window.
   * @returns {Promise<{text: string, confidence: number, words: Word[]}>}
   */
  async finish(onUpdate = () => {}) {
    for (let update; (update = await this.next());) onUpdate(update);
    const window = this.#plan.last(this.#windows, this.#buffer.total);
    if (window) onUpdate(await this.#read(window));
    return this.#reader.finish();
  }

  async #read(window) {
    const samples = this.#buffer.slice(window.start, window.end);
    const { logits, seconds: computing } = await this.#run(samples);
    const words = this.#reader.push(kept(window, logits));
    this.#windows += 1;
    this.#buffer.forget(this.#plan.windowAt(this.#windows).start);
    return {
      words,
      partial: this.#reader.partial(ahead(window, logits)),
      seconds: this.#plan.frames.seconds(window.keepTo),
      computing,
    };
  }
}
