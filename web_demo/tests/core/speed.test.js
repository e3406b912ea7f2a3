import assert from "node:assert/strict";
import test from "node:test";
import { SpeedMeter } from "../../core/speed.js";

test("the real-time factor is computing over sound, a percentile the nearest rank", () => {
  const meter = new SpeedMeter();
  for (let i = 1; i <= 20; i++) meter.add(0.5, i / 100);
  assert.equal(meter.realTimeFactor.toFixed(6), (2.1 / 10).toFixed(6));
  assert.equal(meter.percentile(50), 0.1);
  assert.equal(meter.percentile(95), 0.19);
  assert.equal(meter.percentile(100), 0.2);
});

test("before any window there is no speed, and after many the latest count", () => {
  const meter = new SpeedMeter();
  assert.equal(meter.realTimeFactor, null);
  assert.equal(meter.percentile(95), null);
  meter.add(1, 100);
  for (let i = 0; i < 1000; i++) meter.add(1, 0.1);
  assert.equal(meter.percentile(100), 0.1);
});
