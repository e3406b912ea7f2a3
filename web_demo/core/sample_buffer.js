/** The samples of a live recording that are still needed: a ring that forgets what was read. */

export class SampleBuffer {
  #ring;
  #from = 0; // sample of the recording
  #to = 0;

  /** @param {number} capacity samples that it holds at most. */
  constructor(capacity) {
    this.#ring = new Float32Array(capacity);
  }

  /** Samples of the recording that have come so far, those forgotten among them. */
  get total() {
    return this.#to;
  }

  /** Samples that it could take now. */
  get room() {
    return this.#ring.length - (this.#to - this.#from);
  }

  /** Takes the next samples (Float32Array); throws a RangeError where they find no room. */
  append(samples) {
    if (samples.length > this.room) {
      throw new RangeError(`${samples.length} samples do not fit: there is room for ${this.room}`);
    }
    const at = this.#to % this.#ring.length;
    const first = Math.min(samples.length, this.#ring.length - at);
    this.#ring.set(samples.subarray(0, first), at);
    this.#ring.set(samples.subarray(first), 0);
    this.#to += samples.length;
  }

  /** Returns a copy of the samples [start, end) of the recording. */
  slice(start, end) {
    if (start < this.#from || end > this.#to || start > end) {
      throw new RangeError(
        `samples ${start} to ${end} asked, ${this.#from} to ${this.#to} are here`,
      );
    }
    const copy = new Float32Array(end - start);
    const at = start % this.#ring.length;
    const first = Math.min(copy.length, this.#ring.length - at);
    copy.set(this.#ring.subarray(at, at + first));
    copy.set(this.#ring.subarray(0, copy.length - first), first);
    return copy;
  }

  /** Forgets the samples before `start`. */
  forget(start) {
    this.#from = Math.min(this.#to, Math.max(this.#from, start));
  }
}
