import assert from "node:assert/strict";
import test from "node:test";
import { deviceCases, openPage, picture, recordNetworkRuns, status, textOf } from "./chromium.js";

test("recordings give Python's text, words and logits", async (t) => {
  const { page } = await openPage(t, { before: recordNetworkRuns });
  await status(page, /Ready/);
  for (const one of deviceCases()) {
    await t.test(`${one.bundle}: ${one.wav} in ${one.signature}`, async (sub) => {
      await page.locator("#open-bundle").setInputFiles(one.bundlePath);
      await status(page, /Ready/);
      await page.locator("#recording").setInputFiles(one.wavPath);
      await status(page, /heard/);
      const [values] = await page.evaluate(() =>
        window.networkRuns.splice(0).map(({ logits }) => [...logits]),
      );
      const error = relativeError(values, one);
      sub.diagnostic(`logits differ by ${error.toExponential(1)} of the largest`);
      assert.ok(error <= one.relative_tolerance, `logits differ by ${error} of the largest`);
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

function relativeError(values, { logits_base64: base64, num_frames, vocabulary_size }) {
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  const wanted = new Float32Array(bytes.buffer);
  assert.equal(values.length, num_frames * vocabulary_size);
  assert.equal(values.length, wanted.length);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = values.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  return error / largest;
}
