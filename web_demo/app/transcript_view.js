/** The text on the page: words that stay, words that may change, and the table of times. */

import { textOf } from "../core/ctc.js";

const SURE = 0.9;
const FAIR = 0.6;

export class TranscriptView {
  #parts;
  #vocabulary;
  #words = [];

  /** @param {{transcript: Element, final: Element, partial: Element, table: Element}} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Number of words that stay. */
  get count() {
    return this.#words.length;
  }

  /** The words that stay, as text. */
  get text() {
    return this.#vocabulary ? textOf(this.#words, this.#vocabulary) : "";
  }

  /** Empties it for a recording of a recogniser with these tokens and languages. */
  start({ vocabulary, languages }) {
    this.#vocabulary = vocabulary;
    this.#words = [];
    for (const part of [this.#parts.final, this.#parts.partial, this.#parts.table]) {
      part.replaceChildren();
    }
    // A voice reads the text in its own language, and in the browser's where there are several.
    this.#parts.transcript.lang = languages.length === 1 ? languages[0] : "";
  }

  /** Adds words that stay. */
  add(words) {
    for (const word of words) {
      if (this.#words.length) this.#parts.final.append(this.#gap());
      this.#parts.final.append(shaded(word));
      this.#parts.table.append(row(word));
      this.#words.push(word);
    }
  }

  /** Shows the words that may still change, in place of those before; scrolls to them. */
  open(words) {
    const text = textOf(words, this.#vocabulary);
    const span = document.createElement("span");
    span.className = "open";
    span.textContent = text && this.#words.length ? this.#gap() + text : text;
    this.#parts.partial.replaceChildren(span);
    this.#parts.transcript.scrollTop = this.#parts.transcript.scrollHeight;
  }

  /** Writes the confidences beside the words, or not. */
  showPercentages(wanted) {
    this.#parts.transcript.classList.toggle("percentages", wanted);
  }

  #gap() {
    return this.#vocabulary.wordDelimiter === null ? "" : " ";
  }
}

function shaded({ text, confidence }) {
  const span = document.createElement("span");
  const band = confidence >= SURE ? "sure" : confidence >= FAIR ? "fair" : "doubtful";
  span.className = `word ${band}`;
  span.title = `${percent(confidence)} sure`;
  const number = document.createElement("span");
  number.className = "percent";
  number.textContent = percent(confidence);
  span.append(text, number);
  return span;
}

function row({ text, start, end, confidence }) {
  const cells = [text, `${start.toFixed(2)} s`, `${end.toFixed(2)} s`, percent(confidence)];
  const made = document.createElement("tr");
  for (const cell of cells) made.insertCell().textContent = cell;
  return made;
}

function percent(confidence) {
  return `${Math.floor(100 * confidence)} %`;
}
