/** The built site in headless Chromium, with a file for a microphone. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "../../tools/build.js";
import { serve } from "../../tools/serve.js";

const CHROMIUM = "/usr/bin/chromium"; // Debian's
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE = 60000; // ms

const REPOSITORY = new URL("../../../", import.meta.url);
const PICTURES = fileURLToPath(new URL("build/web/", REPOSITORY));
const DEVICE = new URL("build/device/", REPOSITORY);

export const GOLDEN = fileURLToPath(new URL("tests/golden/", REPOSITORY));

/** Returns the cases of build/device/cases.json, with their files as paths. */
export function deviceCases() {
  return JSON.parse(readFileSync(deviceFile("cases.json"), "utf8")).cases.map((one) => ({
    ...one,
    bundlePath: deviceFile(one.bundle),
    wavPath: deviceFile(one.wav),
  }));
}

/** Returns the path of a file of build/device. */
export function deviceFile(name) {
  const path = fileURLToPath(new URL(name, DEVICE));
  if (!existsSync(path)) throw new Error(`build/device/${name} is missing: run \`make test-web\``);
  return path;
}

/**
 * Opens the page.
 *
 * @param {import("node:test").TestContext} t closes everything when its test ends.
 * @param {object} [options]
 * @param {string} [options.microphone] path of a WAV file to speak once, "refused" or "none".
 * @param {() => void} [options.before] runs in the page before its own scripts.
 * @param {object} [options.context] further options of the browser's context.
 * @param {boolean} [options.isolated] false: from a server without the headers for threads.
 */
export async function openPage(t, options = {}) {
  const { microphone = "none", before, context: more, isolated = true } = options;
  const folder = mkdtempSync(join(tmpdir(), "web-demo-"));
  build({ out: join(folder, "site") });
  const server = await serve({ root: join(folder, "site"), port: 0, isolated });
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: CHROMIUM,
    args: [...FLAGS, ...microphoneFlags(microphone)],
    viewport: { width: 1000, height: 1200 },
    ...more,
  });
  const page = await context.newPage();
  const errors = [];
  t.after(async () => {
    await context.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
    if (errors.length) throw errors[0];
  });
  page.setDefaultTimeout(PATIENCE);
  page.on("pageerror", (error) => errors.push(error));
  if (before) await page.addInitScript(before);
  await page.goto(server.url);
  return { page, context, server };
}

function microphoneFlags(microphone) {
  if (microphone === "none") return ["--use-fake-ui-for-media-stream"];
  if (microphone === "refused") {
    return ["--use-fake-ui-for-media-stream=deny", "--use-fake-device-for-media-stream"];
  }
  return [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${microphone}%noloop`,
  ];
}

/** Waits until the page's status matches, and returns it. */
export async function status(page, pattern) {
  await page.waitForFunction(
    (source) => new RegExp(source).test(document.getElementById("status").textContent),
    pattern.source,
  );
  return page.locator("#status").textContent();
}

/** Returns the text of an element as a person reads it. */
export async function textOf(page, selector) {
  return (await page.locator(selector).innerText()).replace(/\s+/g, " ").trim();
}

/** Takes a picture of the whole page into build/web/. */
export async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Runs in the page: keeps, in `networkRuns`, what goes into the network and what comes out. */
export function recordNetworkRuns() {
  const runs = (window.networkRuns = []);
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message, transfer) {
    if (message.run) {
      const { waveform, numSamples, signature } = message.run;
      const run = { signature, samples: waveform.slice(0, numSamples) };
      runs.push(run);
      this.addEventListener("message", ({ data }) => {
        if (data.id === message.id) run.logits = data.result?.logits.slice();
      });
    }
    return postMessage.call(this, message, transfer);
  };
}
