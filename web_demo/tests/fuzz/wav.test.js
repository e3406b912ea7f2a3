import assert from "node:assert/strict";
import test from "node:test";
import { AudioError } from "../../core/errors.js";
import { readWav } from "../../core/wav.js";
import { casesOf, fromBase64 } from "../golden.js";
import { randomOf } from "../random.js";
import { mutated } from "./mutations.js";

const CASES = 3000;
const KINDS = ["not_wav", "bad_wav", "unsupported_wav", "cut_wav", "empty_wav"];
KINDS.push("not_finite", "too_loud");

function outcome(file) {
  try {
    const { rate, channels, samples } = readWav(file);
    assert.ok(rate >= 4000 && rate <= 384000);
    assert.ok(channels >= 1 && channels <= 32);
    assert.ok(samples.length >= 1 && samples.length <= file.length);
    assert.ok(samples.every((value) => Math.abs(value) <= 4));
    return "read";
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    return error.kind;
  }
}

test(`${CASES} mutated WAV files are refused by name, or read as sound`, () => {
  const files = casesOf("wav").map(({ base64 }) => fromBase64(base64));
  const seen = new Set();
  for (let seed = 0; seed < CASES; seed++) {
    const file = mutated(files[seed % files.length], randomOf(seed), 0);
    seen.add(outcome(file));
  }
  assert.deepEqual([...seen].sort(), ["read", ...KINDS].sort());
});

test("float samples of any bits are refused by name, or read as sound", () => {
  const { base64 } = casesOf("wav").find(({ name, error }) => !error && name.includes("float"));
  const random = randomOf(9);
  const seen = new Set();
  for (let i = 0; i < 500; i++) {
    const file = fromBase64(base64);
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    view.setUint32(file.length - 4, Math.floor(random() * 2 ** 32), true);
    if (i === 0) view.setFloat32(file.length - 4, NaN, true);
    seen.add(outcome(file));
  }
  assert.deepEqual([...seen].sort(), ["not_finite", "read", "too_loud"]);
});
