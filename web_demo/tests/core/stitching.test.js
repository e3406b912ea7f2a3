import assert from "node:assert/strict";
import test from "node:test";
import { FrameArithmetic } from "../../core/frames.js";
import { kept, Logits } from "../../core/logits.js";
import { WindowPlan } from "../../core/plan.js";
import { casesOf } from "../golden.js";

const logitsOf = (rows, width) => new Logits(Float32Array.from(rows.flat()), width);

test("the kept logits of the windows join to Python's", () => {
  for (const golden of casesOf("stitching")) {
    const {
      kernels,
      strides,
      window,
      left,
      right,
      total_samples: total,
      logits,
      stitched,
    } = golden;
    const plan = new WindowPlan(new FrameArithmetic(kernels, strides), { window, left, right });
    const width = logits[0][0].length;
    const pieces = plan.windows(total).map((one, k) => kept(one, logitsOf(logits[k], width)));
    assert.equal(pieces.length, logits.length);
    assert.deepEqual(Logits.joined(pieces, width), logitsOf(stitched, width));
  }
});

test("logits that are no whole rows are refused", () => {
  assert.throws(() => new Logits(new Float32Array(7), 2), /rows of 2/);
});
