/** metadata.json of a bundle: parsed, and checked key by key (docs/bundle.md). */

import { BundleError } from "./errors.js";
import { FrameArithmetic, SAMPLE_RATE } from "./frames.js";

const FORMAT = 2;
const VARIANTS = ["float32", "float16", "int8", "int4", "int8-full"];

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = Number.isSafeInteger;
const isText = (value) => typeof value === "string";
const listOf = (is) => (value) => Array.isArray(value) && value.every(is);
const orNull = (is) => (value) => value === null || is(value);
const isPositive = (value) => isWhole(value) && value >= 1;
const isSignature = (value) =>
  isObject(value) && isText(value.name) && isPositive(value.samples) && isPositive(value.frames);

const KEYS = {
  sample_rate: ["a whole number", isWhole],
  conv_kernels: ["a list of whole numbers of at least 1", listOf(isPositive)],
  conv_strides: ["a list of whole numbers of at least 1", listOf(isPositive)],
  hop_samples: ["a whole number", isWhole],
  receptive_field_samples: ["a whole number", isWhole],
  normalize_waveform: ["true or false", (value) => typeof value === "boolean"],
  tokens: ["a list of texts", listOf(isText)],
  blank: ["a whole number", isWhole],
  word_delimiter: ["a whole number or null", orNull(isWhole)],
  silent: ["a list of whole numbers", listOf(isWhole)],
  vocabulary: ["an object", isObject],
  normalizer: ["an object or null", orNull(isObject)],
  variant: [`one of ${VARIANTS.join(", ")}`, (value) => VARIANTS.includes(value)],
  signatures: ["a list of signatures with name, samples and frames", listOf(isSignature)],
  languages: ["a list of texts", listOf(isText)],
  training: ["an object or null", orNull(isObject)],
  licence: ["a text or null", orNull(isText)],
  versions: ["an object", isObject],
  model_bytes: ["a whole number", isWhole],
  sha256: ["a text", isText],
};

/**
 * What a bundle says about itself.
 *
 * @typedef {object} Metadata
 * @property {FrameArithmetic} frames
 * @property {Vocabulary} vocabulary
 * @property {Array<{name: string, samples: number, frames: number}>} signatures shortest first.
 * @property {string} variant
 * @property {string[]} languages
 * @property {string | null} licence
 * @property {number} modelBytes
 * @property {string} sha256
 * @property {object} content metadata.json as it stands.
 */

/**
 * @param {Uint8Array} bytes of metadata.json.
 * @returns {Metadata}
 * @throws {BundleError} bad_metadata or newer_format.
 */
export function parseMetadata(bytes) {
  const content = parsed(bytes);
  requireFormat(content);
  for (const [key, [what, fits]] of Object.entries(KEYS)) {
    if (!Object.hasOwn(content, key)) throw bad(`${key} is missing`);
    if (!fits(content[key])) throw bad(`${key} is not ${what}`);
  }
  const frames = framesOf(content);
  requireVocabulary(content);
  requireSignatures(content, frames);
  return {
    frames,
    vocabulary: {
      tokens: content.tokens,
      blank: content.blank,
      wordDelimiter: content.word_delimiter,
      silent: content.silent,
    },
    signatures: content.signatures,
    variant: content.variant,
    languages: content.languages,
    licence: content.licence,
    modelBytes: content.model_bytes,
    sha256: content.sha256,
    content,
  };
}

function parsed(bytes) {
  let content;
  try {
    content = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw bad(`it is no JSON in UTF-8 (${error.message})`);
  }
  if (!isObject(content)) throw bad("it is no JSON object");
  return content;
}

function requireFormat({ format }) {
  if (!isWhole(format) || format < FORMAT) {
    throw bad(`format is ${JSON.stringify(format)}, not ${FORMAT}`);
  }
  if (format > FORMAT) {
    throw new BundleError("newer_format", `format is ${format}, this page reads ${FORMAT}`);
  }
}

function framesOf(content) {
  const { conv_kernels: kernels, conv_strides: strides, sample_rate: rate } = content;
  if (rate !== SAMPLE_RATE) throw bad(`sample_rate is ${rate}, not ${SAMPLE_RATE}`);
  let frames;
  try {
    frames = new FrameArithmetic(kernels, strides);
  } catch (error) {
    throw bad(error.message);
  }
  if (
    content.hop_samples !== frames.hop ||
    content.receptive_field_samples !== frames.receptiveField
  ) {
    throw bad("hop_samples or receptive_field_samples do not follow from the convolutions");
  }
  return frames;
}

function requireVocabulary({ tokens, blank, word_delimiter: delimiter, silent }) {
  const ids = [blank, ...silent, ...(delimiter === null ? [] : [delimiter])];
  const stray = ids.find((id) => id < 0 || id >= tokens.length);
  if (stray !== undefined) {
    throw bad(`blank, silent or word_delimiter name the token ${stray} of ${tokens.length}`);
  }
}

function requireSignatures({ signatures }, frames) {
  if (!signatures.length) throw bad("it names no signature");
  signatures.forEach(({ name, samples, frames: said }, i) => {
    if (frames.frames(samples) !== said) {
      throw bad(`the frames of ${name} do not follow from its samples`);
    }
    if (signatures.findIndex((other) => other.name === name) < i) {
      throw bad(`two signatures have the name ${name}`);
    }
    if (i > 0 && samples <= signatures[i - 1].samples) {
      throw bad("the signatures are not in rising order");
    }
  });
}

function bad(what) {
  return new BundleError("bad_metadata", `metadata.json is wrong: ${what}`);
}
