import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { readWav } from "../../core/wav.js";
import { bytesOf } from "../golden.js";
import { GOLDEN, openPage, picture, recordNetworkRuns, status, textOf } from "./chromium.js";

const SPEECH = join(GOLDEN, "speech.wav");
const DELAY = 0.4; // seconds
// Windows other than the whole clip, and sound that went through the browser's audio.
const MOST_CHARACTER_ERRORS = 0.2;

test("speech into the microphone becomes the text of the same plan read again", async (t) => {
  const { page } = await openPage(t, { microphone: SPEECH, before: recordNetworkRuns });
  await status(page, /Ready/);
  await page.locator("#recording").setInputFiles(SPEECH);
  await status(page, /heard/);
  const fromFile = await textOf(page, "#final");
  await page.evaluate(() => window.networkRuns.splice(0));

  await page.locator("#delay").selectOption(String(DELAY));
  await page.locator("#listen").click();
  await status(page, /Listening/);
  const { rate, samples } = readWav(bytesOf("speech.wav"));
  await page.waitForTimeout((500 * samples.length) / rate);
  await picture(page, "listening");
  assert.equal(await textOf(page, "#listen"), "Stop");
  assert.notEqual(await textOf(page, "#transcript"), "");
  await page.waitForTimeout((500 * samples.length) / rate + 1000);
  await page.locator("#listen").click();
  await status(page, /heard/);
  const live = await textOf(page, "#final");
  await picture(page, "heard");

  assert.equal(live, await page.evaluate(readAgain, DELAY));
  const errors = editDistance(live, fromFile) / fromFile.length;
  assert.ok(errors <= MOST_CHARACTER_ERRORS, `${errors} of the characters: ${live} | ${fromFile}`);
  t.diagnostic(`heard: ${live}; from the file: ${fromFile}`);
  const factor = Number(await textOf(page, "#speed dd:first-of-type"));
  t.diagnostic(`real-time factor ${factor} at a delay of ${DELAY} s`);
  assert.ok(factor > 0 && factor < 1, `slower than the speech: ${factor}`);
});

/** Runs in the page: the recording that the windows were cut from, in one piece, read again. */
async function readAgain(delay) {
  const { Recogniser } = await import("./app/recogniser.js");
  const { LiveTranscriber } = await import("./core/live.js");
  const { livePlan } = await import("./core/live_plan.js");
  const runs = window.networkRuns.splice(0);
  const bytes = await (await fetch("recogniser.tflite")).arrayBuffer();
  const recogniser = await Recogniser.open(new Uint8Array(bytes));
  const { metadata } = recogniser;
  const plan = livePlan(metadata, delay);
  const { start } = plan.windowAt(runs.length - 1);
  const recording = new Float32Array(start + runs.at(-1).samples.length);
  runs.forEach(({ samples }, k) => recording.set(samples, plan.windowAt(k).start));
  const run = (samples) => recogniser.run(samples);
  const live = new LiveTranscriber({ plan, vocabulary: metadata.vocabulary, run });
  live.push(recording);
  const { text } = await live.finish();
  recogniser.close();
  return text;
}

function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

for (const [microphone, kind, words] of [
  ["refused", "microphone_refused", "may not use the microphone"],
  ["none", "microphone_missing", "No microphone was found"],
]) {
  test(`a microphone that is ${microphone} is told, with what to do`, async (t) => {
    const { page } = await openPage(t, { microphone });
    await status(page, /Ready/);
    await page.locator("#listen").click();
    const problem = page.getByRole("alert");
    await problem.getByText(words).waitFor();
    assert.match(await problem.innerText(), new RegExp(kind));
    assert.equal(await textOf(page, "#listen"), "Start listening");
    await status(page, /Ready/);
    await picture(page, kind);
  });
}

test("a microphone that another program holds is told", async (t) => {
  const before = () => {
    navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException("held by another program", "NotReadableError"));
  };
  const { page } = await openPage(t, { before });
  await status(page, /Ready/);
  await page.locator("#listen").click();
  await page.getByRole("alert").getByText("in use").waitFor();
});

test("a microphone that goes away is told, what was heard stays, and listening can begin again", async (t) => {
  const before = () => {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      window.unplug = () => stream.getAudioTracks()[0].dispatchEvent(new Event("ended"));
      return stream;
    };
  };
  const { page } = await openPage(t, { microphone: SPEECH, before });
  await status(page, /Ready/);
  await page.locator("#listen").click();
  await status(page, /Listening/);
  await page.waitForTimeout(2500);
  await page.evaluate(() => window.unplug());
  assert.match(await status(page, /heard/), /^[1-9]/);
  assert.match(await page.getByRole("alert").innerText(), /microphone_gone/);
  await page.locator("#listen").click();
  await status(page, /Listening/);
  assert.equal(await page.getByRole("alert").innerText(), "");
});
