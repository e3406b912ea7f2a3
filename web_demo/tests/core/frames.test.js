import assert from "node:assert/strict";
import test from "node:test";
import { FrameArithmetic } from "../../core/frames.js";
import { casesOf } from "../golden.js";

test("samples become frames, and frames samples, as in Python", () => {
  for (const { kernels, strides, hop, receptive_field: field, frames, samples } of casesOf(
    "frames",
  )) {
    const arithmetic = new FrameArithmetic(kernels, strides);
    assert.equal(arithmetic.hop, hop);
    assert.equal(arithmetic.receptiveField, field);
    for (const [count, wanted] of frames) assert.equal(arithmetic.frames(count), wanted);
    for (const [count, wanted] of samples) assert.equal(arithmetic.samples(count), wanted);
  }
});

test("convolutions that are none are refused", () => {
  for (const [kernels, strides] of [
    [[], []],
    [[3], [1, 2]],
    [[0], [1]],
    [[3], [1.5]],
  ]) {
    assert.throws(() => new FrameArithmetic(kernels, strides), RangeError);
  }
});
