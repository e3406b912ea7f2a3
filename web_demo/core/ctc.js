/** Greedy CTC decoding of logits that come piece by piece: the same text, however they are cut. */

/**
 * @typedef {object} TokenRun a run of frames with one best token.
 * @property {number} id
 * @property {number} start first frame.
 * @property {number} end the frame after the last.
 * @property {number} confidence the highest softmax probability of the token among them.
 */

/**
 * @typedef {object} Word
 * @property {string} text
 * @property {number} start seconds.
 * @property {number} end seconds.
 * @property {number} confidence mean over its symbols.
 */

/**
 * @typedef {object} Vocabulary
 * @property {string[]} tokens the position is the id.
 * @property {number} blank
 * @property {number | null} wordDelimiter null: every symbol is a word, texts have no spaces.
 * @property {number[]} silent ids that write nothing.
 */

/** Returns the token runs of logits, the blank's among them. */
export function tokenRuns(logits, firstFrame = 0) {
  const runs = [];
  for (let frame = 0; frame < logits.frames; frame++) {
    const { id, confidence } = best(logits.values, frame * logits.width, logits.width);
    const run = runs.at(-1);
    if (run && run.id === id) {
      run.end += 1;
      run.confidence = Math.max(run.confidence, confidence);
    } else {
      const start = firstFrame + frame;
      runs.push({ id, start, end: start + 1, confidence });
    }
  }
  return runs;
}

function best(values, from, width) {
  let id = 0;
  for (let i = 1; i < width; i++) if (values[from + i] > values[from + id]) id = i;
  let sum = 0;
  for (let i = 0; i < width; i++) sum += Math.exp(values[from + i] - values[from + id]);
  return { id, confidence: 1 / sum };
}

/**
 * Reads words from a stream of logits.
 *
 * @example
 * const reader = new TextReader(vocabulary, frames);
 * for (const logits of pieces) show(reader.push(logits));
 * reader.finish().text; // "HELLO WORLD"
 */
export class TextReader {
  #vocabulary;
  #frames;
  #silent;
  #done = 0; // frames
  #run = null; // the last one, which may go on
  #open = []; // symbols of the word that is not complete
  #heard = 0;
  #symbols = 0;

  /**
   * @param {Vocabulary} vocabulary
   * @param {FrameArithmetic} frames of the model, for the times.
   */
  constructor(vocabulary, frames) {
    this.#vocabulary = vocabulary;
    this.#frames = frames;
    this.#silent = new Set([...vocabulary.silent, vocabulary.blank, vocabulary.wordDelimiter]);
    /** @type {Word[]} those that are complete. */
    this.words = [];
  }

  /**
   * Takes the next frames.
   *
   * @param {Logits} logits
   * @returns {Word[]} those that these frames completed: nothing that follows changes them.
   */
  push(logits) {
    const complete = this.words.length;
    for (const run of tokenRuns(logits, this.#done)) {
      if (this.#run?.id === run.id) {
        const confidence = Math.max(this.#run.confidence, run.confidence);
        this.#run = { ...this.#run, end: run.end, confidence };
        continue;
      }
      this.#closeRun();
      this.#run = run;
      if (run.id === this.#vocabulary.wordDelimiter) this.#closeWord();
    }
    this.#done += logits.frames;
    return this.words.slice(complete);
  }

  /**
   * Returns the words that are not complete, as they look now; changes nothing.
   *
   * @param {Logits} [ahead] frames that may come otherwise in the end.
   * @returns {Word[]}
   */
  partial(ahead) {
    const copy = new TextReader(this.#vocabulary, this.#frames);
    copy.#done = this.#done;
    copy.#run = this.#run;
    copy.#open = [...this.#open];
    if (ahead) copy.push(ahead);
    return copy.finish().words;
  }

  /**
   * Ends the stream.
   *
   * @returns {{text: string, confidence: number, words: Word[]}} confidence: the mean over all
   *     symbols that write; 0 where nothing was heard.
   */
  finish() {
    this.#closeRun();
    this.#run = null;
    this.#closeWord();
    return {
      text: textOf(this.words, this.#vocabulary),
      confidence: this.#symbols ? this.#heard / this.#symbols : 0,
      words: this.words,
    };
  }

  #closeRun() {
    const run = this.#run;
    if (!run || this.#silent.has(run.id)) return;
    this.#open.push(run);
    this.#heard += run.confidence;
    this.#symbols += 1;
    if (this.#vocabulary.wordDelimiter === null) this.#closeWord();
  }

  #closeWord() {
    const symbols = this.#open;
    if (!symbols.length) return;
    const spelled = symbols.map(({ id }) => this.#vocabulary.tokens[id]).join("");
    const sum = symbols.reduce((total, { confidence }) => total + confidence, 0);
    this.words.push({
      text: spelled.normalize("NFC"),
      start: this.#frames.seconds(symbols[0].start),
      end: this.#frames.seconds(symbols.at(-1).end),
      confidence: sum / symbols.length,
    });
    this.#open = [];
  }
}

/** Returns words as a text, parted as the vocabulary parts them. */
export function textOf(words, vocabulary) {
  const gap = vocabulary.wordDelimiter === null ? "" : " ";
  return words
    .map(({ text }) => text)
    .join(gap)
    .normalize("NFC");
}
