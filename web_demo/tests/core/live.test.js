import assert from "node:assert/strict";
import test from "node:test";
import { AudioError } from "../../core/errors.js";
import { LiveTranscriber } from "../../core/live.js";
import { transcribe, windowsOf } from "../../core/recording.js";
import { FRAMES, METADATA, network, noise, PLAN, VOCABULARY } from "../toy_network.js";

async function live(samples, size) {
  const transcriber = new LiveTranscriber({ plan: PLAN, vocabulary: VOCABULARY, run: network });
  const updates = [];
  for (let at = 0; at < samples.length; at += size) {
    transcriber.push(samples.subarray(at, at + size));
    for (let update; (update = await transcriber.next());) updates.push(update);
  }
  return { ...(await transcriber.finish()), updates };
}

test("live, in chunks of any size, reads what the whole recording reads", async () => {
  for (const length of [0, 9, 10, 11, 80, 81, 333, 2000]) {
    const samples = noise(length, length);
    const whole = await transcribe(samples, { metadata: METADATA, run: network });
    for (const size of [1, 7, 64, 5000]) {
      const { text, words, confidence } = await live(samples, size);
      assert.equal(text, whole.text, `${length} samples in chunks of ${size}`);
      assert.deepEqual(words, whole.words);
      assert.ok(Math.abs(confidence - whole.confidence) < 1e-9);
    }
  }
});

test("words that were final stay, and the sound read grows", async () => {
  const { words, updates } = await live(noise(2000, 5), 40);
  const final = updates.flatMap((update) => update.words);
  assert.ok(final.length > 10);
  assert.deepEqual(final, words.slice(0, final.length));
  const read = updates.map(({ seconds }) => seconds);
  assert.deepEqual(
    read,
    [...new Set(read)].sort((a, b) => a - b),
  );
});

test("a frame is told once its step and right context have come, not later", async () => {
  const transcriber = new LiveTranscriber({ plan: PLAN, vocabulary: VOCABULARY, run: network });
  const needed = FRAMES.samples(PLAN.step + PLAN.right);
  transcriber.push(noise(needed - 1, 1));
  assert.equal(await transcriber.next(), null);
  transcriber.push(noise(1, 2));
  assert.equal((await transcriber.next()).seconds, FRAMES.seconds(PLAN.step));
});

test("the network never sees more than a window", async () => {
  const seen = [];
  const run = (samples) => {
    seen.push(samples.length);
    return network(samples);
  };
  await transcribe(noise(5000, 3), { metadata: METADATA, run });
  assert.ok(Math.max(...seen) <= METADATA.signatures[1].samples);
  assert.ok(seen.length > 40);
});

test("a recording that fits into a window is read whole", () => {
  for (const length of [FRAMES.receptiveField, 50, 51, 120]) {
    const [window, ...others] = windowsOf(METADATA, length);
    assert.deepEqual(others, []);
    assert.deepEqual([window.start, window.end], [0, length]);
  }
  assert.deepEqual(windowsOf(METADATA, FRAMES.receptiveField - 1), []);
  assert.ok(windowsOf(METADATA, 121).length > 1);
});

test("sound that is no sound is refused by name, live and whole", async () => {
  const transcriber = new LiveTranscriber({ plan: PLAN, vocabulary: VOCABULARY, run: network });
  for (const [value, kind] of [
    [NaN, "not_finite"],
    [Infinity, "not_finite"],
    [-4.5, "too_loud"],
  ]) {
    const samples = Float32Array.of(0, value);
    const named = (error) => error instanceof AudioError && error.kind === kind;
    assert.throws(() => transcriber.push(samples), named);
    await assert.rejects(transcribe(samples, { metadata: METADATA, run: network }), named);
  }
  assert.equal(transcriber.seconds, 0);
});

test("a recogniser that lags far behind says so instead of filling the memory", () => {
  const transcriber = new LiveTranscriber({ plan: PLAN, vocabulary: VOCABULARY, run: network });
  assert.throws(
    () => {
      for (let second = 0; second < 40; second++) transcriber.push(new Float32Array(16000));
    },
    (error) => error.kind === "too_slow",
  );
});
