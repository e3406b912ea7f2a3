import assert from "node:assert/strict";
import test from "node:test";
import { AudioError } from "../../core/errors.js";
import { LiveTranscriber } from "../../core/live.js";
import { transcribe } from "../../core/recording.js";
import { randomOf } from "../random.js";
import { METADATA, network, PLAN, VOCABULARY } from "../toy_network.js";

const CASES = 1000;
const SOUND = [0, -0, 1, -1, 32767 / 32768, 4, -4, 1e-45];
const NO_SOUND = [NaN, Infinity, -Infinity, 4.001, -1e30];

function pcm(random) {
  const one = (values) => values[Math.floor(random() * values.length)];
  const length = Math.floor(400 * random());
  const samples = Float32Array.from({ length }, () => one(SOUND));
  if (length && random() < 0.3) samples[Math.floor(random() * length)] = one(NO_SOUND);
  return samples;
}

async function named(reading) {
  try {
    return (await reading()).text;
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    return `${error.kind}: ${error.message}`;
  }
}

test(`${CASES} streams of extreme samples: the same text live and whole, or the same error`, async () => {
  const seen = new Set();
  for (let seed = 0; seed < CASES; seed++) {
    const random = randomOf(seed);
    const samples = pcm(random);
    const whole = await named(() => transcribe(samples, { metadata: METADATA, run: network }));
    const live = await named(async () => {
      const transcriber = new LiveTranscriber({ plan: PLAN, vocabulary: VOCABULARY, run: network });
      for (let at = 0; at < samples.length;) {
        const size = Math.floor(100 * random()); // 0 too: an empty chunk
        transcriber.push(samples.subarray(at, at + size));
        at += size;
      }
      return transcriber.finish();
    });
    assert.equal(live, whole, `seed ${seed}`);
    seen.add(whole.includes(": ") ? whole.split(":")[0] : "text");
  }
  assert.deepEqual([...seen].sort(), ["not_finite", "text", "too_loud"]);
});
