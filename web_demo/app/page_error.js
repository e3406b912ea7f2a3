/** What goes wrong around the recogniser: the browser, the runtime, the microphone. */

export class PageError extends Error {
  /**
   * @param {string} kind one of the words of messages.js.
   * @param {string} detail what exactly happened.
   */
  constructor(kind, detail) {
    super(detail);
    this.name = "PageError";
    this.kind = kind;
  }
}
