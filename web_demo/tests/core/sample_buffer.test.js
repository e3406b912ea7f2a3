import assert from "node:assert/strict";
import test from "node:test";
import { SampleBuffer } from "../../core/sample_buffer.js";
import { randomOf } from "../random.js";

test("what was appended and not forgotten is there, wherever the ring wraps", () => {
  const random = randomOf(1);
  const upTo = (limit) => Math.floor(random() * (limit + 1));
  const buffer = new SampleBuffer(100);
  let from = 0;
  for (let round = 0; round < 1000; round++) {
    const size = upTo(buffer.room);
    buffer.append(Float32Array.from({ length: size }, (_, i) => buffer.total + i));
    const start = from + upTo(buffer.total - from);
    const end = start + upTo(buffer.total - start);
    const wanted = Float32Array.from({ length: end - start }, (_, i) => start + i);
    assert.deepEqual(buffer.slice(start, end), wanted);
    from = start;
    buffer.forget(start);
  }
  assert.ok(buffer.total > 10000);
});

test("samples without room, forgotten, or still to come are refused", () => {
  const buffer = new SampleBuffer(10);
  buffer.append(new Float32Array(8));
  buffer.forget(4);
  assert.throws(() => buffer.append(new Float32Array(7)), /room for 6/);
  for (const [start, end] of [
    [3, 5],
    [5, 9],
    [6, 5],
  ]) {
    assert.throws(() => buffer.slice(start, end), RangeError);
  }
});
