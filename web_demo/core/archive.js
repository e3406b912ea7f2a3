/** The zip archive at the end of a bundle, read with suspicion: whatever is wrong has a name. */

import { crc32 } from "./crc32.js";
import { BundleError } from "./errors.js";

const MOST_ENTRIES = 16;
const LARGEST_ENTRY = 4 << 20; // bytes

const END_RECORD = { signature: 0x06054b50, bytes: 22 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const ENCRYPTED = 0x0001;
const UTF8_NAME = 0x0800;

/**
 * @typedef {object} Entry as the central directory describes it.
 * @property {string} name
 * @property {Uint8Array} nameBytes
 * @property {number} at where its local header stands in the file.
 * @property {number} size
 * @property {number} packedSize
 * @property {number} crc
 * @property {number} method 0: stored.
 * @property {number} flags
 */

/**
 * Reads the entries of the archive that ends a file.
 *
 * @param {Uint8Array} file
 * @param {string} required name of an entry that must be there.
 * @returns {{begins: number, texts: Map<string, Uint8Array>}} the byte at which the archive
 *     begins, and the content of every entry.
 * @throws {BundleError} no_archive, unsafe_archive, too_large, no_metadata or damaged_archive.
 */
export function readArchive(file, required) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const { entries, directoryAt } = centralDirectory(file, view);
  requireSafe(entries);
  if (!entries.some(({ name }) => name === required)) {
    throw new BundleError("no_metadata", `the archive has no entry ${required}`);
  }
  return contents(file, view, entries, directoryAt);
}

function centralDirectory(file, view) {
  const end = endRecord(view);
  const size = view.getUint32(end + 12, true);
  const directoryAt = end - size;
  // What stands before the archive may have been counted into its offsets or not.
  const shift = directoryAt - view.getUint32(end + 16, true);
  if (directoryAt < 0) throw cut("its directory would begin before the file does");
  const entries = [];
  let at = directoryAt;
  while (at < end) {
    if (at + CENTRAL.bytes > end || view.getUint32(at, true) !== CENTRAL.signature) {
      throw cut("its directory is broken");
    }
    const nameSize = view.getUint16(at + 28, true);
    const extraSize = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const next = at + CENTRAL.bytes + nameSize + extraSize;
    if (next > end) throw cut("its directory is broken");
    const flags = view.getUint16(at + 8, true);
    const nameBytes = file.subarray(at + CENTRAL.bytes, at + CENTRAL.bytes + nameSize);
    entries.push({
      name: nameOf(nameBytes, flags),
      nameBytes,
      at: view.getUint32(at + 42, true) + shift,
      size: view.getUint32(at + 24, true),
      packedSize: view.getUint32(at + 20, true),
      crc: view.getUint32(at + 16, true),
      method: view.getUint16(at + 10, true),
      flags,
    });
    at = next;
  }
  return { entries, directoryAt };
}

/** A bundle's archive has no comment, so that its end record is the last thing in the file. */
function endRecord(view) {
  const at = view.byteLength - END_RECORD.bytes;
  if (at >= 0 && view.getUint32(at, true) === END_RECORD.signature) {
    if (view.getUint16(at + 20, true) === 0) return at;
  }
  throw cut("no end record of an archive ends it");
}

function cut(what) {
  return new BundleError("no_archive", `the file has no readable archive at its end: ${what}`);
}

function nameOf(bytes, flags) {
  try {
    return new TextDecoder(flags & UTF8_NAME ? "utf-8" : "latin1", { fatal: true }).decode(bytes);
  } catch {
    throw cut("an entry's name is no UTF-8");
  }
}

function requireSafe(entries) {
  if (entries.length > MOST_ENTRIES) {
    throw new BundleError(
      "unsafe_archive",
      `the archive has ${entries.length} entries, a bundle at most ${MOST_ENTRIES}`,
    );
  }
  const names = new Set();
  for (const { name } of entries) {
    const climbs = name.split("/").includes("..");
    if (!name || name.startsWith("/") || climbs || /[\\:\0]/.test(name)) {
      throw new BundleError("unsafe_archive", `the archive has an entry ${JSON.stringify(name)}`);
    }
    if (names.has(name)) {
      throw new BundleError("unsafe_archive", `${JSON.stringify(name)} stands in it twice`);
    }
    names.add(name);
  }
  for (const { name, size, packedSize } of entries) {
    const most = Math.max(size, packedSize);
    if (most > LARGEST_ENTRY) {
      throw new BundleError("too_large", `the entry ${JSON.stringify(name)} says ${most} bytes`);
    }
  }
}

function contents(file, view, entries, directoryAt) {
  const texts = new Map();
  const inOrder = [...entries].sort((a, b) => a.at - b.at);
  let free = inOrder[0].at;
  for (const entry of inOrder) {
    const { from, to } = dataOf(file, view, entry);
    if (entry.at < free || to > directoryAt) throw damaged(entry, "overlaps what stands beside it");
    free = to;
    const bytes = file.subarray(from, to);
    if (crc32(bytes) !== entry.crc) throw damaged(entry, "does not give its CRC-32");
    texts.set(entry.name, bytes);
  }
  return { begins: inOrder[0].at, texts };
}

function dataOf(file, view, entry) {
  if (entry.method !== 0 || entry.flags & ENCRYPTED || entry.size !== entry.packedSize) {
    throw damaged(entry, "is not simply stored");
  }
  const readable = entry.at >= 0 && entry.at + LOCAL.bytes <= view.byteLength;
  if (!readable || view.getUint32(entry.at, true) !== LOCAL.signature) {
    throw damaged(entry, "does not begin where the directory says");
  }
  const nameSize = view.getUint16(entry.at + 26, true);
  const nameAt = entry.at + LOCAL.bytes;
  const from = nameAt + nameSize + view.getUint16(entry.at + 28, true);
  const to = from + entry.size;
  if (to > view.byteLength) throw damaged(entry, "ends beyond the file");
  const encrypted = view.getUint16(entry.at + 6, true) & ENCRYPTED;
  const method = view.getUint16(entry.at + 8, true);
  const sameName =
    nameSize === entry.nameBytes.length && entry.nameBytes.every((b, i) => b === file[nameAt + i]);
  if (!sameName || encrypted || method !== 0) {
    throw damaged(entry, "is not what the directory says");
  }
  return { from, to };
}

function damaged({ name }, what) {
  return new BundleError("damaged_archive", `the entry ${JSON.stringify(name)} ${what}`);
}
