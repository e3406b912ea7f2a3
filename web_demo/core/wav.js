/** WAV files of any PCM rate, read with suspicion: whatever is wrong has a name. */

import { AudioError } from "./errors.js";
import { requireSample } from "./sound.js";

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
// What follows the coding in the GUID of WAVE_FORMAT_EXTENSIBLE.
const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

const MOST_CHANNELS = 32;
const LOWEST_RATE = 4000; // Hz
const HIGHEST_RATE = 384000;

// Coding and bits -> one sample at a byte, in [-1, 1].
const READERS = {
  [`${PCM}:8`]: (view, at) => (view.getUint8(at) - 128) / 128,
  [`${PCM}:16`]: (view, at) => view.getInt16(at, true) / 32768,
  [`${PCM}:24`]: (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 8388608,
  [`${PCM}:32`]: (view, at) => view.getInt32(at, true) / 2147483648,
  [`${FLOAT}:32`]: (view, at) => view.getFloat32(at, true),
};

/** Says whether bytes begin like a WAV file. */
export function isWav(file) {
  const text = (from) => String.fromCharCode(...file.subarray(from, from + 4));
  return file.length >= 12 && text(0) === "RIFF" && text(8) === "WAVE";
}

/**
 * Reads a WAV file.
 *
 * @param {Uint8Array} file
 * @returns {{rate: number, channels: number, samples: Float32Array}} `channels`: those of the
 *     file; `samples`: their average, at the file's own rate.
 * @throws {AudioError} with the kind of what is wrong.
 */
export function readWav(file) {
  if (!isWav(file)) throw new AudioError("not_wav", "the file does not begin like a WAV file");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const { format, from, to } = chunks(view);
  const { channels, rate, block } = format;
  const count = Math.floor((to - from) / block);
  if (!count) throw new AudioError("empty_wav", "the WAV file holds no sound");
  const read = READERS[`${format.coding}:${format.bits}`];
  const width = block / channels;
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += requireSample(read(view, from + i * block + channel * width), i / rate);
    }
    samples[i] = sum / channels;
  }
  return { rate, channels, samples };
}

function chunks(view) {
  let format = null;
  let at = 12;
  while (at + 8 <= view.byteLength) {
    const name = view.getUint32(at);
    const size = view.getUint32(at + 4, true);
    if (name === 0x666d7420) format = formatOf(view, at + 8, size); // "fmt "
    if (name === 0x64617461) return dataOf(view, at + 8, size, format); // "data"
    at += 8 + size + (size % 2);
  }
  throw bad(format ? "it has no data chunk" : "it has no fmt chunk");
}

function formatOf(view, at, size) {
  if (size < 16 || at + size > view.byteLength) throw bad("its fmt chunk is too short");
  const bits = view.getUint16(at + 14, true);
  const coding = codingOf(view, at, size);
  if (!READERS[`${coding}:${bits}`]) {
    throw new AudioError(
      "unsupported_wav",
      `the WAV file has ${bits} bits of coding ${coding}: save it as PCM of 16 bits`,
    );
  }
  const channels = view.getUint16(at + 2, true);
  const rate = view.getUint32(at + 4, true);
  const block = view.getUint16(at + 12, true);
  if (channels < 1 || channels > MOST_CHANNELS) throw bad(`it has ${channels} channels`);
  if (rate < LOWEST_RATE || rate > HIGHEST_RATE) throw bad(`its rate is ${rate} Hz`);
  if (block !== (channels * bits) / 8) {
    throw bad(`${channels} channels of ${bits} bits are no blocks of ${block} bytes`);
  }
  return { coding, bits, channels, rate, block };
}

function codingOf(view, at, size) {
  const coding = view.getUint16(at, true);
  if (coding !== EXTENSIBLE) return coding;
  if (size < 40) throw bad("its fmt chunk is too short");
  const known = GUID_TAIL.every((byte, i) => view.getUint8(at + 26 + i) === byte);
  return known ? view.getUint16(at + 24, true) : EXTENSIBLE;
}

function dataOf(view, from, size, format) {
  if (!format) throw bad("it has no fmt chunk before its data");
  const rest = view.byteLength - from;
  if (size === 0 || size === 0xffffffff) return { format, from, to: view.byteLength };
  if (size > rest) {
    throw new AudioError("cut_wav", `the WAV file says ${size} bytes of sound and holds ${rest}`);
  }
  return { format, from, to: from + size };
}

function bad(what) {
  return new AudioError("bad_wav", `the WAV file is damaged: ${what}`);
}
