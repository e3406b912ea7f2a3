/** One live recording: from the microphone to words. */

import { LiveTranscriber } from "../core/live.js";
import { livePlan } from "../core/live_plan.js";
import { openMicrophone } from "./microphone.js";
import { PageError } from "./page_error.js";

export class Listening {
  #live;
  #microphone;
  #on;
  #reading = null; // the promise of the windows being read
  #ended = false;

  /**
   * Opens the microphone and begins.
   *
   * @param {Recogniser} recogniser
   * @param {number} delay seconds.
   * @param {object} on
   * @param {(samples: Float32Array) => void} on.sound
   * @param {(update: Update) => void} on.update
   * @param {(error: Error) => void} on.problem called once: it cannot go on.
   */
  static async start(recogniser, delay, on) {
    const listening = new Listening(recogniser, delay, on);
    listening.#microphone = await openMicrophone({
      onSamples: (samples) => listening.#push(samples),
      onEnd: () => listening.#fail(new PageError("microphone_gone", "its device ended the sound")),
    });
    return listening;
  }

  /** Use `start`. */
  constructor(recogniser, delay, on) {
    const { metadata } = recogniser;
    this.#on = on;
    this.#live = new LiveTranscriber({
      plan: livePlan(metadata, delay),
      vocabulary: metadata.vocabulary,
      run: (samples) => recogniser.run(samples),
    });
  }

  /** Closes the microphone, reads the rest and returns its text, words and confidence. */
  async stop() {
    this.#ended = true;
    await this.#microphone.close();
    await this.#reading;
    return this.#live.finish(this.#on.update);
  }

  #push(samples) {
    if (this.#ended) return;
    this.#on.sound(samples);
    try {
      this.#live.push(samples);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#reading ??= this.#readOn().finally(() => (this.#reading = null));
  }

  async #readOn() {
    try {
      for (let update; (update = await this.#live.next());) this.#on.update(update);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error) {
    if (this.#ended) return;
    this.#ended = true;
    this.#on.problem(error);
  }
}
