/** A recogniser of a few lines, for tests of what stands around a network. */

import { FrameArithmetic } from "../core/frames.js";
import { Logits } from "../core/logits.js";
import { WindowPlan } from "../core/plan.js";
import { randomOf } from "./random.js";

export const FRAMES = new FrameArithmetic([4, 3], [2, 2]);
const TOKENS = ["<pad>", "|", "A", "B", "C", "D"];
export const VOCABULARY = { tokens: TOKENS, blank: 0, wordDelimiter: 1, silent: [0] };
export const PLAN = new WindowPlan(FRAMES, { window: 20, left: 8, right: 4 });
export const METADATA = {
  frames: FRAMES,
  vocabulary: VOCABULARY,
  signatures: [
    { name: "short", samples: 50, frames: FRAMES.frames(50) },
    { name: "long", samples: 120, frames: FRAMES.frames(120) },
  ],
};

/** A network whose logits of a frame depend on that frame's own samples alone. */
export async function network(samples) {
  const frames = FRAMES.frames(samples.length);
  const values = new Float32Array(frames * TOKENS.length);
  for (let frame = 0; frame < frames; frame++) {
    const sample = Math.abs(samples[frame * FRAMES.hop]);
    values[frame * TOKENS.length + (Math.floor(sample * 1000) % TOKENS.length)] = 5 + sample;
  }
  return { logits: new Logits(values, TOKENS.length), seconds: 0.001 };
}

/** Returns samples in [-1, 1) that are the same for the same seed. */
export function noise(length, seed) {
  const random = randomOf(seed);
  return Float32Array.from({ length }, () => 2 * random() - 1);
}
