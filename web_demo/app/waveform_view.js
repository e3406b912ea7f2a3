/** The waveform on a canvas: the whole of a recording, or the last seconds of a live one. */

import { SAMPLE_RATE } from "../core/frames.js";

const LIVE_SECONDS = 10;
const PEAK_SAMPLES = 160; // one bar at most for 10 ms
const QUIET = 0.003; // of full scale, about -50 dB
const LEAST_INTERVAL = 1000; // ms between pictures where motion is unwanted

export class WaveformView {
  #canvas;
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #peaks = [];
  #rest = { peak: 0, samples: 0 };
  #shown = LIVE_SECONDS * (SAMPLE_RATE / PEAK_SAMPLES);
  #drawn = -LEAST_INTERVAL;
  #pending = false;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  /** Empties it for a live recording. */
  startLive() {
    this.#peaks = [];
    this.#rest = { peak: 0, samples: 0 };
    this.#shown = LIVE_SECONDS * (SAMPLE_RATE / PEAK_SAMPLES);
    this.#describe("listening");
    this.#draw();
  }

  /** Adds samples of a live recording. */
  push(samples) {
    for (const sample of samples) {
      this.#rest.peak = Math.max(this.#rest.peak, Math.abs(sample));
      if (++this.#rest.samples < PEAK_SAMPLES) continue;
      this.#peaks.push(this.#rest.peak);
      this.#rest = { peak: 0, samples: 0 };
    }
    this.#peaks.splice(0, this.#peaks.length - this.#shown);
    this.#drawSoon();
  }

  /** Shows a whole recording. */
  showRecording(samples) {
    this.#peaks = [];
    this.#shown = Infinity;
    this.push(samples);
    this.#shown = this.#peaks.length;
    this.#describe(`a recording of ${(samples.length / SAMPLE_RATE).toFixed(1)} s`);
    this.#draw();
  }

  /** Says, for those who do not see it, what it shows. */
  describeEnd() {
    const loudest = this.#peaks.reduce((most, peak) => Math.max(most, peak), 0);
    this.#describe(loudest < QUIET ? "only silence was heard" : "sound was heard");
  }

  #describe(what) {
    this.#canvas.setAttribute("aria-label", `Waveform: ${what}`);
  }

  #drawSoon() {
    const early = performance.now() - this.#drawn < LEAST_INTERVAL;
    if (this.#pending || (this.#still.matches && early)) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#draw();
    });
  }

  #draw() {
    this.#drawn = performance.now();
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = devicePixelRatio;
    this.#canvas.width = width * scale;
    this.#canvas.height = height * scale;
    const context = this.#canvas.getContext("2d");
    context.scale(scale, scale);
    context.fillStyle = getComputedStyle(this.#canvas).color;
    context.fillRect(0, height / 2 - 0.5, width, 1);
    const perPixel = this.#shown / width;
    for (let x = 0; x < width; x++) {
      const bars = this.#peaks.slice(Math.floor(x * perPixel), Math.ceil((x + 1) * perPixel));
      const size =
        Math.min(
          1,
          bars.reduce((most, peak) => Math.max(most, peak), 0),
        ) * height;
      context.fillRect(x, (height - size) / 2, 1, size);
    }
  }
}
