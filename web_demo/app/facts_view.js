/** Facts about the recogniser and its speed, as a list of names and values. */

import { SAMPLE_RATE } from "../core/frames.js";

const UNKNOWN = "–";

/** Returns what there is to know about an open Recogniser whose file has `bytes` bytes. */
export function bundleFacts({ metadata, loadSeconds, threads }, bytes) {
  const windows = metadata.signatures.map(({ samples }) => `${samples / SAMPLE_RATE} s`);
  return [
    ["Variant", metadata.variant],
    ["Size", `${(bytes / 1e6).toFixed(1)} MB`],
    ["Windows", windows.join(", ")],
    ["Tokens", String(metadata.vocabulary.tokens.length)],
    ["Languages", metadata.languages.join(", ")],
    ["Licence", metadata.licence ?? ""],
    ["Loaded in", `${loadSeconds.toFixed(2)} s`],
    ["Threads", String(threads)],
  ];
}

/**
 * Returns how fast a recording is read.
 *
 * @param {SpeedMeter} meter
 * @param {number} read seconds of the recording.
 * @param {number} delay seconds that were chosen for a live recording; 0 for a file.
 */
export function speedFacts(meter, read, delay) {
  const factor = meter.realTimeFactor;
  const [half, most] = [meter.percentile(50), meter.percentile(95)];
  return [
    ["Real-time factor", factor === null ? UNKNOWN : factor.toFixed(3)],
    ["Sound read", `${read.toFixed(1)} s`],
    ["Time for a window, p50", milliseconds(half)],
    ["Time for a window, p95", milliseconds(most)],
    ["Sound to text, p95", delay && most !== null ? milliseconds(delay + most) : ""],
  ];
}

function milliseconds(seconds) {
  return seconds === null ? UNKNOWN : `${Math.round(1000 * seconds)} ms`;
}

/**
 * @param {HTMLDListElement} list
 * @param {Array<[string, string]>} facts those with an empty value are left out.
 */
export function showFacts(list, facts) {
  const rows = facts
    .filter(([, value]) => value)
    .flatMap(([name, value]) => [element("dt", name), element("dd", value)]);
  list.replaceChildren(...rows);
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
