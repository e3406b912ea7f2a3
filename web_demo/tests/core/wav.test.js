import assert from "node:assert/strict";
import test from "node:test";
import { AudioError } from "../../core/errors.js";
import { readWav } from "../../core/wav.js";
import { casesOf, fromBase64 } from "../golden.js";

const TOLERANCE = 1e-6;

for (const golden of casesOf("wav")) {
  test(`a WAV file: ${golden.name}`, () => {
    const file = fromBase64(golden.base64);
    if (golden.error) {
      assert.throws(
        () => readWav(file),
        (thrown) => {
          assert.ok(thrown instanceof AudioError, thrown.stack);
          assert.equal(thrown.kind, golden.error);
          return true;
        },
      );
      return;
    }
    const { rate, channels, samples } = readWav(file);
    assert.equal(rate, golden.rate);
    assert.equal(channels, golden.channels);
    assert.equal(samples.length, golden.samples.length);
    samples.forEach((value, i) => {
      assert.ok(Math.abs(value - golden.samples[i]) <= TOLERANCE, `sample ${i} is ${value}`);
    });
  });
}
