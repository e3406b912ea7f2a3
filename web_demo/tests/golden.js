/** The golden files, which Python writes and every language reads (docs/bundle.md). */

import { readFileSync } from "node:fs";

const GOLDEN = new URL("../../tests/golden/", import.meta.url);

/** Returns the cases of a golden file such as "plans". */
export function casesOf(name) {
  const { cases } = JSON.parse(readFileSync(new URL(`${name}.json`, GOLDEN), "utf8"));
  if (!cases.length) throw new Error(`${name}.json holds no case`);
  return cases;
}

/** Returns the bytes of a golden file such as "speech.wav". */
export function bytesOf(name) {
  return new Uint8Array(readFileSync(new URL(name, GOLDEN)));
}

/** Returns bytes that stand in base64 in a golden file. */
export function fromBase64(text) {
  return new Uint8Array(Buffer.from(text, "base64"));
}
