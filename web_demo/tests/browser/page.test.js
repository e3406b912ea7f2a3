import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import test from "node:test";
import { readBundle } from "../../core/bundle.js";
import { bundleOf } from "../bundle_writer.js";
import { bytesOf, casesOf, fromBase64 } from "../golden.js";
import { GOLDEN, deviceFile, openPage, picture, status, textOf } from "./chromium.js";

const SPEECH = join(GOLDEN, "speech.wav");
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const fileOf = (name, bytes) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(bytes),
});

test("every kind of broken bundle is told in plain words, and the sound one stays", async (t) => {
  const { page } = await openPage(t);
  await status(page, /Ready/);
  const loaded = await textOf(page, "#bundle");
  const problem = page.getByRole("alert");
  for (const { name, base64, error } of casesOf("bundles")) {
    if (!error) continue;
    await page.locator("#open-bundle").setInputFiles(fileOf("broken.tflite", fromBase64(base64)));
    await status(page, /Ready/);
    assert.match(await problem.innerText(), /^(This|The) .+\.\n/, name);
    assert.ok((await problem.innerText()).includes(`${error}:`), name);
  }
  assert.equal(await textOf(page, "#bundle"), loaded);
  await picture(page, "broken_bundle");
  await page.locator("#recording").setInputFiles(SPEECH);
  await status(page, /heard/);
  assert.equal(await problem.innerText(), "");
});

test("a network that is not what its description says is told, not run", async (t) => {
  const { page } = await openPage(t);
  await status(page, /Ready/);
  const { metadata, network } = await readBundle(bytesOf("recogniser.tflite"));
  const { content } = metadata;
  const rubbish = network.slice(0, 4096).fill(0, 8);
  for (const [bytes, description] of [
    [network, { ...content, tokens: [...content.tokens, "one more"] }],
    [rubbish, content],
  ]) {
    const file = fileOf("strange.tflite", bundleOf(bytes, description));
    await page.locator("#open-bundle").setInputFiles(file);
    await status(page, /Ready/);
    assert.match(await page.getByRole("alert").innerText(), /network_failed/);
  }
});

test("a page without a sound recogniser says what to do", async (t) => {
  const before = () => {
    window.fetch = async () => new Response("gone", { status: 404 });
  };
  const { page } = await openPage(t, { before });
  await status(page, /No recogniser/);
  assert.match(await page.getByRole("alert").innerText(), /Open a .tflite bundle of your own/);
  assert.equal(await page.locator("#listen").getAttribute("aria-disabled"), "true");
  await page.locator("#open-bundle").setInputFiles(join(GOLDEN, "recogniser.tflite"));
  await status(page, /Ready/);
  assert.equal(await page.getByRole("alert").innerText(), "");
});

test("recordings that are none are told in plain words", async (t) => {
  const { page } = await openPage(t);
  await status(page, /Ready/);
  const problem = page.getByRole("alert");
  for (const { name, base64, error } of casesOf("wav")) {
    if (!error || error === "not_wav") continue;
    await page.locator("#recording").setInputFiles(fileOf("broken.wav", fromBase64(base64)));
    await status(page, /Ready/);
    assert.ok((await problem.innerText()).includes(`${error}:`), name);
  }
  await page.locator("#recording").setInputFiles(fileOf("text.mp3", [1, 2, 3]));
  await problem.getByText("cannot read this recording").waitFor();
});

test("files can be dropped, whole recordings of other rates too", async (t) => {
  const { page } = await openPage(t);
  await status(page, /Ready/);
  await page.locator("#recording").setInputFiles(SPEECH);
  await status(page, /heard/);
  const wanted = await textOf(page, "#final");
  await page.evaluate(
    (bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], "dropped.wav"));
      document.body.dispatchEvent(
        new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }),
      );
    },
    [...readFileSync(deviceFile("speech_44100.wav"))],
  );
  await page.getByText("Reading dropped.wav").waitFor({ state: "detached" });
  await status(page, /heard/);
  assert.equal(await textOf(page, "#final"), wanted);
});

test("after the first load the page works without a network", async (t) => {
  const { page, context, server } = await openPage(t);
  await status(page, /Ready/);
  assert.match(await textOf(page, "#offline"), /without a network/);
  await context.setOffline(true);
  await server.close();
  await page.reload();
  await status(page, /Ready/);
  await page.locator("#recording").setInputFiles(SPEECH);
  assert.match(await status(page, /heard/), /^[1-9]/);
});

test("the keyboard alone does everything", async (t) => {
  const { page } = await openPage(t, { microphone: SPEECH });
  await status(page, /Ready/);
  const order = [];
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press("Tab");
    order.push(await page.evaluate(describeFocus));
  }
  assert.deepEqual(order, [
    "skip, ringed",
    "listen, ringed",
    "delay, ringed",
    "recording, ringed",
    "transcript, ringed",
    "percentages, ringed",
    "copy, ringed",
    "scroll, ringed",
    "open-bundle, ringed",
    "BODY",
  ]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await status(page, /Listening/);
  assert.equal(await page.evaluate(describeFocus), "listen, ringed");
  await page.waitForTimeout(3000);
  await page.keyboard.press("Enter");
  await status(page, /heard/);
  assert.equal(await page.evaluate(describeFocus), "listen, ringed");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator("#delay").inputValue(), "0.8");
});

/** Runs in the page. */
function describeFocus() {
  const element = document.activeElement;
  if (element === document.body) return "BODY";
  const ringed = getComputedStyle(element).outlineStyle !== "none";
  return `${element.id || element.className}, ${ringed ? "ringed" : "without a ring"}`;
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing to mend for screen readers and eyes, ${colorScheme}`, async (t) => {
    const { page } = await openPage(t, { context: { colorScheme } });
    await status(page, /Ready/);
    assert.deepEqual(await violations(page), []);
    await page.locator("#recording").setInputFiles(SPEECH);
    await status(page, /heard/);
    await page.locator("#percentages").check();
    await page.locator("#open-bundle").setInputFiles(fileOf("broken.tflite", [1, 2, 3]));
    await page.getByRole("alert").getByText("not_a_model").waitFor();
    assert.deepEqual(await violations(page), []);
    await picture(page, colorScheme);
  });
}

async function violations(page) {
  await page.addScriptTag({ path: AXE });
  const { violations: found } = await page.evaluate(() => window.axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

test("a narrow screen needs no sideways scrolling", async (t) => {
  const { page } = await openPage(t, { context: { viewport: { width: 320, height: 700 } } });
  await status(page, /Ready/);
  await page.locator("#recording").setInputFiles(SPEECH);
  await status(page, /heard/);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 320, `${width} pixels`);
  await picture(page, "narrow");
});

test("a browser without WebAssembly is told so", async (t) => {
  const { page } = await openPage(t, { before: () => delete globalThis.WebAssembly });
  await page.getByRole("alert").getByText("no WebAssembly").waitFor();
});

test("from a server without the two headers it runs on one thread", async (t) => {
  const { page } = await openPage(t, { isolated: false });
  await status(page, /Ready/);
  assert.equal(await textOf(page, "#bundle dd:last-of-type"), "1");
  await page.locator("#recording").setInputFiles(SPEECH);
  assert.match(await status(page, /heard/), /^[1-9]/);
});
