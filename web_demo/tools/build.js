/** Writes the site to dist/: static files for any server (see README.md for the two headers). */

import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BUNDLE_PATH, siteFiles, WEB_DEMO } from "./site.js";

const DEFAULT_BUNDLE = join(WEB_DEMO, "../tests/golden/recogniser.tflite");

/**
 * @param {{bundle?: string, out?: string}} options `bundle`: the .tflite that the page opens with,
 *     "" for none.
 */
export function build({ bundle = DEFAULT_BUNDLE, out = join(WEB_DEMO, "dist") } = {}) {
  const files = siteFiles(bundle);
  files.push({ path: "site_files.js", bytes: Buffer.from(forServiceWorker(files)) });
  rmSync(out, { recursive: true, force: true });
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), bytes);
  }
  return files.length;
}

function forServiceWorker(files) {
  const digest = createHash("sha256");
  for (const { path, bytes } of files) digest.update(path).update(bytes);
  const shell = files
    .map(({ path }) => path)
    .filter((path) => !path.includes("/wasm/") && path !== BUNDLE_PATH)
    .filter((path) => path !== "service_worker.js");
  return (
    `const SITE_VERSION = "${digest.digest("hex").slice(0, 16)}";\n` +
    `const SITE_SHELL = ${JSON.stringify(["./", ...shell], null, 1)};\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { bundle: { type: "string" } } });
  const bundle = values.bundle === "none" ? "" : values.bundle;
  try {
    console.log(`dist/ holds ${build({ bundle })} files: npm run serve`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
