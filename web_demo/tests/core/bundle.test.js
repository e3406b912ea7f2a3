import assert from "node:assert/strict";
import test from "node:test";
import { readBundle } from "../../core/bundle.js";
import { BundleError } from "../../core/errors.js";
import { bytesOf, casesOf, fromBase64 } from "../golden.js";

for (const { name, base64, error, metadata } of casesOf("bundles")) {
  test(`a bundle: ${name}`, async () => {
    const reading = readBundle(fromBase64(base64));
    if (error) {
      await assert.rejects(reading, (thrown) => {
        assert.ok(thrown instanceof BundleError, thrown.stack);
        assert.equal(thrown.kind, error);
        return true;
      });
    } else {
      const { content } = (await reading).metadata;
      for (const [key, wanted] of Object.entries(metadata)) assert.deepEqual(content[key], wanted);
    }
  });
}

test("the network of a bundle is the flatbuffer alone", async () => {
  const file = bytesOf("recogniser.tflite");
  const { metadata, network } = await readBundle(file);
  assert.equal(network.length, metadata.modelBytes);
  assert.ok(network.length < file.length);
  assert.equal(metadata.frames.hop, metadata.content.hop_samples);
});
