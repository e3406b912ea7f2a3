/** Writes bundles whose every checksum is right, whatever they hold. */

import { createHash } from "node:crypto";
import { crc32 } from "../core/crc32.js";

/**
 * @param {Uint8Array} network
 * @param {object} content of metadata.json; `model_bytes` and `sha256` are put in.
 * @returns {Uint8Array}
 */
export function bundleOf(network, content) {
  const sha256 = createHash("sha256").update(network).digest("hex");
  const metadata = JSON.stringify({ ...content, model_bytes: network.length, sha256 });
  return withArchive(network, "metadata.json", Buffer.from(metadata));
}

/** Returns a file followed by a zip archive with one stored entry. */
export function withArchive(file, name, bytes) {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4); // version needed
  local.writeUInt32LE(crc32(bytes), 14);
  local.writeUInt32LE(bytes.length, 18);
  local.writeUInt32LE(bytes.length, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  local.copy(central, 6, 4, 30);
  central.writeUInt32LE(file.length, 42);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(file.length + local.length + name.length + bytes.length, 16);
  const label = Buffer.from(name);
  return new Uint8Array(Buffer.concat([file, local, label, bytes, central, label, end]));
}
