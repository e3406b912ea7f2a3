/** Which delays a bundle can be listened to with, and by which windows. */

import { WindowPlan } from "./plan.js";

const DELAYS = [0.4, 0.8, 1.6, 3.2]; // seconds
// A window is this many delays long where the bundle has one: the rest is context that was heard
// before, and more of it costs more computing.
const CONTEXT = 4;
const LEAST_CONTEXT = 2;

/**
 * Returns the delays that a bundle offers, in seconds, shortest first.
 *
 * @param {Metadata} metadata
 */
export function delaysOf({ frames, signatures }) {
  const longest = frames.seconds(signatures.at(-1).frames);
  const shortest = frames.seconds(2);
  return DELAYS.filter((delay) => delay >= shortest && delay * LEAST_CONTEXT <= longest);
}

/** Returns the WindowPlan for a delay in seconds. */
export function livePlan({ frames, signatures }, delay) {
  const wide = ({ frames: window }) => frames.seconds(window + 1) >= delay * CONTEXT;
  const signature = signatures.find(wide) ?? signatures.at(-1);
  return WindowPlan.forLatency(frames, signature.samples, delay);
}
