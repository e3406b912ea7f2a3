/** A file of sound as samples at 16 kHz. */

import { SAMPLE_RATE } from "../core/frames.js";
import { Resampled } from "../core/resample.js";
import { isWav, readWav } from "../core/wav.js";
import { PageError } from "./page_error.js";

const PIECE = 2 * SAMPLE_RATE; // a few hundredths of a second of work

/**
 * Reads WAV files by our own reader, which names what is wrong with them, and others by the
 * browser's.
 *
 * @param {File} file
 * @returns {Promise<Float32Array>}
 * @throws {AudioError | PageError}
 */
export async function readAudio(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isWav(bytes)) {
    const { rate, samples } = readWav(bytes);
    return rate === SAMPLE_RATE ? samples : resampled(samples, rate);
  }
  try {
    const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
    return mixed(await context.decodeAudioData(bytes.buffer));
  } catch (error) {
    throw new PageError("unknown_audio", error.message);
  }
}

function mixed(buffer) {
  const samples = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const one = buffer.getChannelData(channel);
    for (let i = 0; i < samples.length; i++) samples[i] += one[i] / buffer.numberOfChannels;
  }
  return samples;
}

async function resampled(samples, rate) {
  const sound = new Resampled(samples, rate);
  const found = new Float32Array(sound.length);
  for (let from = 0; from < found.length; from += PIECE) {
    found.set(sound.read(from, Math.min(from + PIECE, found.length)), from);
    await new Promise((resolve) => setTimeout(resolve)); // the page stays alive
  }
  return found;
}
