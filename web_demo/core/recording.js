/** Transcription of a whole recording: read at once where it fits into a window, else by windows. */

import { TextReader } from "./ctc.js";
import { SAMPLE_RATE } from "./frames.js";
import { kept } from "./logits.js";
import { WindowPlan } from "./plan.js";
import { requireSound } from "./sound.js";

/** Returns the windows by which a bundle's network reads `samples` samples. */
export function windowsOf({ frames, signatures }, samples) {
  const total = frames.frames(samples);
  const longest = signatures.at(-1).samples;
  if (samples > longest) return WindowPlan.forRecordings(frames, longest).windows(samples);
  return total ? [{ start: 0, end: samples, firstFrame: 0, keepFrom: 0, keepTo: total }] : [];
}

/**
 * Transcribes a recording.
 *
 * @param {Float32Array} samples 16 kHz in [-1, 1].
 * @param {object} options
 * @param {Metadata} options.metadata of the bundle.
 * @param {Network} options.run
 * @param {(update: Update) => void} [options.onUpdate] called after each window.
 * @returns {Promise<{text: string, confidence: number, words: Word[]}>}
 * @throws {AudioError} not_finite or too_loud.
 */
export async function transcribe(samples, { metadata, run, onUpdate }) {
  requireSound(samples);
  const reader = new TextReader(metadata.vocabulary, metadata.frames);
  for (const window of windowsOf(metadata, samples.length)) {
    const { logits, seconds } = await run(samples.slice(window.start, window.end));
    const words = reader.push(kept(window, logits));
    onUpdate?.({
      words,
      partial: reader.partial(),
      seconds: window.end / SAMPLE_RATE,
      computing: seconds,
    });
  }
  return reader.finish();
}
