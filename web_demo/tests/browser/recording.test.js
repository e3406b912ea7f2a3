import assert from "node:assert/strict";
import test from "node:test";
import { deviceCases, openPage, picture, recordNetworkRuns, status, textOf } from "./chromium.js";

test("recordings give Python's text, words and logits", async (t) => {
  const { page } = await openPage(t, { before: recordNetworkRuns });
  await status(page, /Ready/);
  for (const one of deviceCases()) {
    await t.test(`${one.bundle}: ${one.wav} in ${one.signature}`, async () => {
      await page.locator("#open-bundle").setInputFiles(one.bundlePath);
      await status(page, /Ready/);
      await page.locator("#recording").setInputFiles(one.wavPath);
      await status(page, /heard/);
      const [values] = await page.evaluate(() =>
        window.networkRuns.splice(0).map(({ logits }) => [...logits]),
      );
      assertLogits(values, one);
      if (one.same_text) {
        assert.equal(await textOf(page, "#final"), one.text);
        const words = await page.locator("#words tr td:first-child").allInnerTexts();
        assert.deepEqual(
          words,
          one.words.map(({ text }) => text),
        );
      }
    });
  }
  await picture(page, "recording");
});

function assertLogits(values, { num_frames: frames, vocabulary_size: width, ...one }) {
  const bytes = Buffer.from(one.logits_base64, "base64");
  const wanted = new Float32Array(new Uint8Array(bytes).buffer);
  assert.equal(values.length, frames * width);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = values.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  const relative = error / largest;
  assert.ok(relative <= one.relative_tolerance, `logits differ by ${relative} of the largest`);
}
