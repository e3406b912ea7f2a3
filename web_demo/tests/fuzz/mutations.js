/** Small harm done to files: flipped bits, cut ends, lying numbers, moved and doubled pieces. */

const NUMBERS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000];
NUMBERS.push(0xfffffffe, 0xffffffff);

const upTo = (random, limit) => Math.floor(random() * limit);

const MUTATIONS = [
  function flipBit(file, at) {
    file[at] ^= 1 << ((at + file.length) % 8);
    return file;
  },
  function setByte(file, at, random) {
    file[at] = upTo(random, 256);
    return file;
  },
  function lie(file, at, random) {
    const value = NUMBERS[upTo(random, NUMBERS.length)];
    const wide = random() < 0.5 ? 4 : 2;
    for (let i = 0; i < wide && at + i < file.length; i++) file[at + i] = (value >>> (8 * i)) & 255;
    return file;
  },
  function cut(file, at) {
    return file.slice(0, at);
  },
  function remove(file, at, random) {
    return joined(file.subarray(0, at), file.subarray(at + 1 + upTo(random, 40)));
  },
  function insert(file, at, random) {
    const noise = Uint8Array.from({ length: 1 + upTo(random, 40) }, () => upTo(random, 256));
    return joined(file.subarray(0, at), noise, file.subarray(at));
  },
  function copyWithin(file, at, random) {
    const size = 1 + upTo(random, 60);
    return file.copyWithin(at, upTo(random, file.length), upTo(random, file.length) + size);
  },
  function text(file, at, random) {
    const bad = ["../../", "/etc/", "C:\\", "\0", "-1", "1e999", '"', "\u{10ffff}", "PK\x05\x06"];
    file.set(
      new TextEncoder().encode(bad[upTo(random, bad.length)]).subarray(0, file.length - at),
      at,
    );
    return file;
  },
];

const joined = (...pieces) => new Uint8Array(Buffer.concat(pieces));

/**
 * Returns a harmed copy of a file.
 *
 * @param {Uint8Array} file
 * @param {() => number} random
 * @param {number} tail most of the harm is done at the file's beginning and from byte `tail` on,
 *     where the headers are.
 */
export function mutated(file, random, tail) {
  let copy = file.slice();
  const times = 1 + upTo(random, 3);
  for (let i = 0; i < times && copy.length; i++) {
    const [from, to] = place(random(), copy.length, tail);
    copy = MUTATIONS[upTo(random, MUTATIONS.length)](copy, from + upTo(random, to - from), random);
  }
  return copy;
}

function place(choice, length, tail) {
  if (choice < 0.2) return [0, Math.min(length, 48)];
  if (choice < 0.4) return [0, length];
  return [Math.min(tail, length - 1), length];
}
