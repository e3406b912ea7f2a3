import assert from "node:assert/strict";
import test from "node:test";
import { FrameArithmetic } from "../../core/frames.js";
import { delaysOf, livePlan } from "../../core/live_plan.js";
import { WindowPlan } from "../../core/plan.js";
import { casesOf } from "../golden.js";

const PUBLISHED = new FrameArithmetic([10, 3, 3, 3, 3, 2, 2], [5, 2, 2, 2, 2, 2, 2]);
const METADATA = {
  frames: PUBLISHED,
  signatures: [2, 5, 10, 15].map((seconds) => ({
    name: `window_${seconds}s`,
    samples: seconds * 16000,
    frames: PUBLISHED.frames(seconds * 16000),
  })),
};

const planOf = ({ kernels, strides, window, left, right }) =>
  new WindowPlan(new FrameArithmetic(kernels, strides), { window, left, right });

test("the windows of a recording are Python's", () => {
  for (const golden of casesOf("plans")) {
    const windows = planOf(golden).windows(golden.total_samples);
    const wanted = golden.windows.map((window) => ({
      start: window.start,
      end: window.end,
      firstFrame: window.first_frame,
      keepFrom: window.keep_from,
      keepTo: window.keep_to,
    }));
    assert.deepEqual(windows, wanted);
  }
});

test("live, a window is ready when its samples have come, as in Python", () => {
  for (const golden of casesOf("plans")) {
    const plan = planOf(golden);
    for (const [samples, wanted] of golden.ready) {
      let ready = 0;
      while (plan.windowAt(ready).end <= samples) ready += 1;
      assert.equal(ready, wanted, `after ${samples} samples`);
    }
  }
});

test("a delay is step and right context, and a quarter of its window at most where one is so long", () => {
  assert.deepEqual(delaysOf(METADATA), [0.4, 0.8, 1.6, 3.2]);
  const windows = delaysOf(METADATA).map((delay) => {
    const plan = livePlan(METADATA, delay);
    assert.equal(plan.frames.seconds(plan.step + plan.right).toFixed(6), delay.toFixed(6));
    return plan.window;
  });
  assert.deepEqual(windows, [99, 249, 499, 749]);
});

test("a bundle of short windows offers short delays only", () => {
  const short = { ...METADATA, signatures: METADATA.signatures.slice(0, 1) };
  assert.deepEqual(delaysOf(short), [0.4, 0.8]);
});

test("a delay that the window cannot hold is refused with those that it can", () => {
  for (const delay of [0, 0.02, -1, 2.5, NaN]) {
    assert.throws(() => WindowPlan.forLatency(PUBLISHED, 32000, delay), /choose 0.04 to 1.98 s/);
  }
});

test("contexts that leave nothing to keep are refused", () => {
  for (const [left, right] of [
    [50, 50],
    [-1, 2],
    [2, -1],
    [99, 0],
  ]) {
    assert.throws(() => new WindowPlan(PUBLISHED, { window: 99, left, right }), /context/);
  }
});
