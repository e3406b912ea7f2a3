/** The files of the site: where each lies in the repository, and its path below the site's root. */

import { readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const WEB_DEMO = fileURLToPath(new URL("..", import.meta.url));
const LITERT = join(WEB_DEMO, "node_modules/@litertjs/core");
const WASM_UTILS = join(WEB_DEMO, "node_modules/@litertjs/wasm-utils");

/** The bundle that the page opens with, where it was built with one. */
export const BUNDLE_PATH = "recogniser.tflite";

// They must lie at the root: one is what "/" means, the other governs only what lies below it.
const AT_ROOT = new Set(["index.html", "service_worker.js"]);

/**
 * Lists the site.
 *
 * @param {string} bundle path of the .tflite to open with; "" for a site without one.
 * @returns {Array<{path: string, bytes: Buffer}>} sorted by path.
 */
export function siteFiles(bundle) {
  const files = [
    ...folder("app").map(([name, bytes]) => [AT_ROOT.has(name) ? name : `app/${name}`, bytes]),
    ...folder("core").map(([name, bytes]) => [`core/${name}`, bytes]),
    ...liteRt(),
  ];
  if (bundle) {
    if (!existsSync(bundle)) {
      throw new Error(`no bundle at '${bundle}': give one with --bundle PATH, or --bundle none`);
    }
    files.push([BUNDLE_PATH, readFileSync(bundle)]);
  }
  return files.map(([path, bytes]) => ({ path, bytes })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function folder(name) {
  const at = join(WEB_DEMO, name);
  return readdirSync(at).map((file) => [file, readFileSync(join(at, file))]);
}

function liteRt() {
  if (!existsSync(LITERT)) throw new Error("LiteRT.js is not installed: run `npm ci` in web_demo/");
  // A worker has no import map, so the one bare import becomes a path.
  const bare = '"@litertjs/wasm-utils"';
  const source = readFileSync(join(LITERT, "dist/index.js"), "utf8");
  if (source.split(bare).length !== 2) {
    throw new Error(`this @litertjs/core does not import ${bare} once: mend tools/site.js`);
  }
  const wasm = readdirSync(join(LITERT, "wasm")).filter((name) => !name.includes("jspi"));
  return [
    ["vendor/litert/index.js", Buffer.from(source.replace(bare, '"../wasm-utils/index.js"'))],
    ["vendor/wasm-utils/index.js", readFileSync(join(WASM_UTILS, "dist/index.js"))],
    ...wasm.map((name) => [`vendor/litert/wasm/${name}`, readFileSync(join(LITERT, "wasm", name))]),
  ];
}
