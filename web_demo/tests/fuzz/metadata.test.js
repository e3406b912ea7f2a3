import assert from "node:assert/strict";
import test from "node:test";
import { readBundle } from "../../core/bundle.js";
import { BundleError } from "../../core/errors.js";
import { casesOf, fromBase64 } from "../golden.js";
import { bundleOf, withArchive } from "../bundle_writer.js";
import { randomOf } from "../random.js";
import { mutated } from "./mutations.js";

const SOUND = casesOf("bundles").find(({ error }) => error === null);
const VALUES = [null, true, -1, 0, 1, 0.5, 2 ** 31, 1e300, "", "x", [], [null], [0], ["a"], {}];
VALUES.push([1e9], [[]], { length: 1 }, 2 ** 53, "2", [{ name: "w", samples: 1, frames: 1 }]);

async function outcome(file) {
  try {
    return await readBundle(file);
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return error.kind;
  }
}

test("every key with every wrong value is refused by name, or makes a description", async () => {
  const { metadata, network } = await readBundle(fromBase64(SOUND.base64));
  const { model_bytes: bytes, sha256, ...content } = metadata.content;
  const seen = new Set();
  for (const key of Object.keys(content)) {
    const missing = Object.fromEntries(Object.entries(content).filter(([name]) => name !== key));
    assert.equal(await outcome(bundleOf(network, missing)), "bad_metadata", key);
    for (const value of VALUES) {
      const found = await outcome(bundleOf(network, { ...content, [key]: value }));
      if (typeof found !== "string") assert.deepEqual(found.metadata.content[key], value);
      seen.add(typeof found === "string" ? found : "read");
    }
  }
  assert.deepEqual([...seen].sort(), ["bad_metadata", "newer_format", "read"]);
  assert.equal(bytes, network.length);
  assert.equal(sha256.length, 64);
});

test("2000 mutated descriptions with right checksums are refused by name, or are sound", async () => {
  const { metadata, network } = await readBundle(fromBase64(SOUND.base64));
  const text = new TextEncoder().encode(JSON.stringify(metadata.content));
  const seen = new Set();
  for (let seed = 0; seed < 2000; seed++) {
    const harmed = mutated(text, randomOf(seed), 0);
    const found = await outcome(withArchive(network, "metadata.json", harmed));
    if (typeof found === "string") {
      seen.add(found);
      continue;
    }
    const { vocabulary, frames, signatures } = found.metadata;
    assert.deepEqual(found.network, network);
    assert.ok(vocabulary.tokens.every((token) => typeof token === "string"));
    assert.ok(vocabulary.blank >= 0 && vocabulary.blank < vocabulary.tokens.length);
    for (const one of signatures) assert.equal(frames.frames(one.samples), one.frames);
  }
  assert.ok(seen.has("bad_metadata") && seen.has("wrong_checksum"), [...seen].join());
});
