/* Hands the microphone's samples to the page, 20 ms at a time. */

const SAMPLES = 320;

class MicrophoneTap extends AudioWorkletProcessor {
  #samples = new Float32Array(SAMPLES);
  #filled = 0;

  process([[channel]]) {
    for (const sample of channel ?? []) {
      this.#samples[this.#filled++] = sample;
      if (this.#filled < SAMPLES) continue;
      this.port.postMessage(this.#samples, [this.#samples.buffer]);
      this.#samples = new Float32Array(SAMPLES);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor("microphone-tap", MicrophoneTap);
