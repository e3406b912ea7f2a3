import assert from "node:assert/strict";
import test from "node:test";
import { readBundle } from "../../core/bundle.js";
import { BundleError } from "../../core/errors.js";
import { casesOf, fromBase64 } from "../golden.js";
import { randomOf } from "../random.js";
import { mutated } from "./mutations.js";

const CASES = 4000;
const MOST_MILLISECONDS = 1000; // for one case: anything near it would be a hang

const SOUND = casesOf("bundles").filter(({ error }) => error === null);
const BROKEN = casesOf("bundles").filter(({ error }) => error !== null);

function described({ metadata, network }) {
  return { content: metadata.content, network: Buffer.from(network).toString("base64") };
}

async function outcome(file) {
  const started = performance.now();
  try {
    return described(await readBundle(file));
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return error.kind;
  } finally {
    assert.ok(performance.now() - started < MOST_MILLISECONDS, "took too long");
  }
}

test(`${CASES} mutated bundles are refused by name, or read as they were`, async () => {
  const originals = await Promise.all(
    SOUND.map(async ({ base64 }) => {
      const file = fromBase64(base64);
      return { file, as: await outcome(file) };
    }),
  );
  const counts = {};
  for (let seed = 0; seed < CASES; seed++) {
    const random = randomOf(seed);
    const { file, as } = originals[seed % originals.length];
    const found = await outcome(mutated(file, random, as.content.model_bytes));
    if (typeof found !== "string") assert.deepEqual(found, as, `seed ${seed}`);
    const kind = typeof found === "string" ? found : "accepted";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  for (const kind of ["not_a_model", "no_archive", "damaged_archive", "wrong_checksum"]) {
    assert.ok(counts[kind], `no mutation gave ${kind}: ${JSON.stringify(counts)}`);
  }
});

test("broken bundles that are broken further stay refused or unread", async () => {
  const random = randomOf(77);
  for (let i = 0; i < 500; i++) {
    const { base64 } = BROKEN[i % BROKEN.length];
    await outcome(mutated(fromBase64(base64), random, 0));
  }
});

test("a bundle cut anywhere is refused", async () => {
  for (const { base64 } of SOUND) {
    const file = fromBase64(base64);
    const step = Math.max(1, Math.floor(file.length / 400));
    for (let length = 0; length < file.length; length += step) {
      const found = await outcome(file.subarray(0, length));
      assert.equal(found, length < 8 ? "not_a_model" : "no_archive", `cut at ${length}`);
    }
  }
});
