/** A bundle: a TFLite network and, in a zip behind it, all that a reader must know. */

import { readArchive } from "./archive.js";
import { BundleError } from "./errors.js";
import { parseMetadata } from "./metadata.js";

const MAGIC = [0x54, 0x46, 0x4c, 0x33]; // "TFL3"

/**
 * Reads and checks a bundle.
 *
 * @param {Uint8Array} file
 * @returns {Promise<{metadata: Metadata, network: Uint8Array}>} `network`: the flatbuffer alone.
 * @throws {BundleError} with the kind of what is wrong.
 *
 * @example
 * const { metadata } = await readBundle(new Uint8Array(await file.arrayBuffer()));
 * metadata.languages; // ["en"]
 */
export async function readBundle(file) {
  if (file.length < 8 || !MAGIC.every((byte, i) => file[4 + i] === byte)) {
    throw new BundleError("not_a_model", "the file does not begin like a TFLite model");
  }
  const { begins, texts } = readArchive(file, "metadata.json");
  const metadata = parseMetadata(texts.get("metadata.json"));
  if (metadata.modelBytes !== begins) {
    throw new BundleError(
      "wrong_checksum",
      `the network has ${begins} bytes, it was made with ${metadata.modelBytes}`,
    );
  }
  const network = file.subarray(0, begins);
  if ((await sha256(network)) !== metadata.sha256) {
    throw new BundleError("wrong_checksum", "the network is not the one it was made with");
  }
  return { metadata, network };
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
