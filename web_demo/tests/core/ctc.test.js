import assert from "node:assert/strict";
import test from "node:test";
import { TextReader, tokenRuns } from "../../core/ctc.js";
import { Logits } from "../../core/logits.js";
import { casesOf } from "../golden.js";

const TOLERANCE = 1e-6; // of confidences and seconds

function parts(golden) {
  const { tokens, blank, word_delimiter: wordDelimiter, silent } = golden;
  const frames = { seconds: (frame) => (frame * golden.hop_samples) / golden.sample_rate };
  const logits = new Logits(Float32Array.from(golden.logits.flat()), tokens.length);
  return { vocabulary: { tokens, blank, wordDelimiter, silent }, frames, logits };
}

function assertWords(words, wanted) {
  assert.deepEqual(
    words.map(({ text }) => text),
    wanted.map(({ text }) => text),
  );
  words.forEach((word, i) => {
    for (const key of ["start", "end", "confidence"]) assertNear(word[key], wanted[i][key]);
  });
}

function assertNear(value, wanted) {
  assert.ok(Math.abs(value - wanted) <= TOLERANCE, `${value} is not ${wanted}`);
}

test("symbols are Python's", () => {
  for (const golden of casesOf("ctc")) {
    const { logits } = parts(golden);
    const symbols = tokenRuns(logits).filter(({ id }) => id !== golden.blank);
    assert.deepEqual(
      symbols.map(({ id, start, end }) => [id, start, end]),
      golden.symbols.map(({ id, start, end }) => [id, start, end]),
    );
    symbols.forEach(({ confidence }, i) => assertNear(confidence, golden.symbols[i].confidence));
    assert.deepEqual(
      symbols.map(({ id }) => id),
      golden.token_ids.filter((id) => id >= 0),
    );
  }
});

test("text, words, times and confidences are Python's", () => {
  for (const golden of casesOf("ctc")) {
    const { vocabulary, frames, logits } = parts(golden);
    const reader = new TextReader(vocabulary, frames);
    reader.push(logits);
    const { text, words, confidence } = reader.finish();
    assert.equal(text, golden.text);
    assertWords(words, golden.words);
    assertNear(confidence, golden.confidence);
  }
});

test("logits cut anywhere give the same text, and words that were final stay", () => {
  for (const golden of casesOf("ctc")) {
    const { vocabulary, frames, logits } = parts(golden);
    for (const size of [1, 2, 3, 5]) {
      const reader = new TextReader(vocabulary, frames);
      const final = [];
      for (let from = 0; from < logits.frames; from += size) {
        final.push(...reader.push(logits.rows(from, Math.min(logits.frames, from + size))));
      }
      const { text, words, confidence } = reader.finish();
      assert.equal(text, golden.text);
      assertWords(words, golden.words);
      assertNear(confidence, golden.confidence);
      assert.deepEqual(final, words.slice(0, final.length));
    }
  }
});

test("what is read ahead is partial and changes nothing", () => {
  for (const golden of casesOf("ctc")) {
    const { vocabulary, frames, logits } = parts(golden);
    const middle = logits.frames >> 1;
    const reader = new TextReader(vocabulary, frames);
    const final = reader.push(logits.rows(0, middle));
    assertWords([...final, ...reader.partial(logits.rows(middle))], golden.words);
    reader.push(logits.rows(middle));
    assertWords(reader.finish().words, golden.words);
  }
});
