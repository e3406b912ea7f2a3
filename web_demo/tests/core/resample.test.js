import assert from "node:assert/strict";
import test from "node:test";
import { SAMPLE_RATE } from "../../core/frames.js";
import { Resampled } from "../../core/resample.js";
import { requireSound } from "../../core/sound.js";
import { casesOf } from "../golden.js";

const RATES = [4000, 8000, 11025, 22050, 24000, 44100, 44101, 48000, 192000];
const RIPPLE = 4e-5; // 0.0003 dB, or -90 dB
const EDGE = 240; // samples at 16 kHz, the sinc's reach at 4 kHz

for (const golden of casesOf("resampling")) {
  test(`tones of ${golden.rate} Hz become what Python makes of them`, () => {
    const found = new Resampled(faded(golden), golden.rate);
    assert.equal(found.length, golden.output.length);
    found.read(0, found.length).forEach((value, i) => {
      const error = Math.abs(value - golden.output[i]);
      assert.ok(error <= golden.tolerance, `sample ${i} is off by ${error}`);
    });
  });
}

/** The sound of a case of resampling.json: tones, faded in and out. */
function faded({ rate, samples, tones }) {
  return Float32Array.from({ length: samples }, (_, i) => {
    const fade = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / samples);
    const sines = tones.map(([hertz, size]) => size * Math.sin((2 * Math.PI * hertz * i) / rate));
    return fade * sines.reduce((sum, sine) => sum + sine);
  });
}

test("a tone that both rates hold comes out as the same tone, at the same time", () => {
  for (const rate of RATES) {
    for (const share of [0.001, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9]) {
      const hertz = (share * Math.min(rate, SAMPLE_RATE)) / 2;
      const found = all(tone(rate / 4, hertz, rate), rate);
      assertInner(found, tone(found.length, hertz, SAMPLE_RATE), `${hertz} Hz of ${rate}`);
    }
  }
});

test("a tone that 16 kHz cannot hold does not come back as another", () => {
  for (const rate of RATES.filter((one) => one > SAMPLE_RATE)) {
    for (const share of [0, 0.03, 0.2, 0.5, 0.99]) {
      const hertz = (SAMPLE_RATE + share * (rate - SAMPLE_RATE)) / 2;
      const found = all(tone(rate / 4, hertz, rate), rate);
      assertInner(found, new Float32Array(found.length), `${hertz} Hz of ${rate}`);
    }
  }
});

test("pieces are the whole", () => {
  const sound = new Resampled(tone(44101, 440, 44101), 44101);
  const whole = sound.read(0, sound.length);
  const pieces = [0, 1, 4097, 15000, sound.length].flatMap((to, i, ends) =>
    i ? [...sound.read(ends[i - 1], to)] : [],
  );
  assert.deepEqual(pieces, [...whole]);
});

test("what could be read stays readable, and nothing stays nothing", () => {
  const square = Float32Array.from({ length: 4800 }, (_, i) => (Math.floor(i / 24) % 2 ? 4 : -4));
  requireSound(all(square, 48000));
  assert.equal(new Resampled(new Float32Array(0), 48000).length, 0);
});

function all(samples, rate) {
  const sound = new Resampled(samples, rate);
  return sound.read(0, sound.length);
}

function tone(samples, hertz, rate) {
  return Float32Array.from({ length: samples }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / rate + 1),
  );
}

/** Compares where the sinc sees neither end of the sound. */
function assertInner(found, wanted, name) {
  for (let i = EDGE; i < found.length - EDGE; i++) {
    const error = Math.abs(found[i] - wanted[i]);
    assert.ok(error <= RIPPLE, `${name}: sample ${i} is off by ${error}`);
  }
}
