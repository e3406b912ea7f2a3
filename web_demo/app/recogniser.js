/** A bundle ready to run: checked, and loaded into a worker. */

import { readBundle } from "../core/bundle.js";
import { Logits } from "../core/logits.js";
import { PageError } from "./page_error.js";

const WASM = new URL("../vendor/litert/wasm/", import.meta.url).href;
const WORKER = new URL("network_worker.js", import.meta.url);

/**
 * @example
 * const recogniser = await Recogniser.open(new Uint8Array(await file.arrayBuffer()));
 * const { logits, seconds } = await recogniser.run(samples);
 */
export class Recogniser {
  #worker;
  #waiting = new Map(); // id -> {kind, resolve, reject}; `kind`: of its error
  #id = 0;
  #ended = null; // the PageError why it answers no more

  /**
   * Checks a bundle and loads its network.
   *
   * @param {Uint8Array} bytes
   * @param {{threads?: boolean}} [options] threads: where the page may have them.
   * @returns {Promise<Recogniser>}
   * @throws {BundleError | PageError}
   */
  static async open(bytes, { threads = true } = {}) {
    if (typeof WebAssembly === "undefined") throw new PageError("no_webassembly", "");
    const started = performance.now();
    const { metadata, network } = await readBundle(bytes);
    const recogniser = new Recogniser(metadata);
    try {
      await recogniser.#load(network.slice(), threads && globalThis.crossOriginIsolated);
    } catch (error) {
      recogniser.close();
      throw error;
    }
    recogniser.loadSeconds = (performance.now() - started) / 1000;
    return recogniser;
  }

  /** @param {Metadata} metadata */
  constructor(metadata) {
    this.metadata = metadata;
    this.threads = 1;
    this.loadSeconds = 0;
    this.#worker = new Worker(WORKER);
    this.#worker.onmessage = ({ data }) => this.#settle(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new PageError("runtime_failed", event.message || "its worker ended"));
    };
  }

  /**
   * Runs the network over at most one window.
   *
   * @param {Float32Array} samples 16 kHz in [-1, 1], at least one frame of them.
   * @param {string} [name] of a signature; the shortest that holds the samples otherwise.
   * @returns {Promise<{logits: Logits, seconds: number}>} `seconds`: of computing.
   */
  async run(samples, name) {
    const fits = (signature) =>
      name ? signature.name === name : signature.samples >= samples.length;
    const signature = this.metadata.signatures.find(fits);
    if (!signature || signature.samples < samples.length) {
      throw new RangeError(`${samples.length} samples fit into no window of this bundle`);
    }
    const waveform = new Float32Array(signature.samples);
    waveform.set(samples);
    const { logits, milliseconds } = await this.#ask(
      "network_failed",
      { run: { signature: signature.name, waveform, numSamples: samples.length } },
      [waveform.buffer],
    );
    if (!logits.every(Number.isFinite)) {
      throw new PageError("network_failed", "it gives no finite numbers");
    }
    const width = this.metadata.vocabulary.tokens.length;
    return { logits: new Logits(logits, width), seconds: milliseconds / 1000 };
  }

  /** Ends the worker; what it was asked is refused. */
  close() {
    this.#worker.terminate();
    this.#fail(new PageError("closed", "the bundle was closed"));
  }

  async #load(network, wantsThreads) {
    const start = { wasm: WASM, threads: wantsThreads };
    this.threads = (await this.#ask("runtime_failed", { start })).threads;
    const { signatures } = await this.#ask("network_failed", { load: { network } }, [
      network.buffer,
    ]);
    const width = this.metadata.vocabulary.tokens.length;
    for (const { name, samples, frames } of this.metadata.signatures) {
      const found = signatures.find((signature) => signature.name === name);
      const shapes = [found?.inputs.waveform, found?.outputs.logits];
      if (shapes.join(";") !== `1,${samples};1,${frames},${width}`) {
        throw new PageError("network_failed", `it has no signature ${name} as described`);
      }
    }
  }

  #ask(kind, request, transfer = []) {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { kind, resolve, reject });
      this.#worker.postMessage({ id, ...request }, transfer);
    });
  }

  #settle({ id, result, error }) {
    const { kind, resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(new PageError(kind, error));
    else resolve(result);
  }

  #fail(error) {
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
