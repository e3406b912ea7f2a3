/** Errors with a name: `kind` is one of the words of docs/bundle.md, the message is for people. */

class NamedError extends Error {
  /**
   * @param {string} kind what is wrong, for programs.
   * @param {string} message what is wrong, where, and how to mend it.
   */
  constructor(kind, message) {
    super(message);
    this.name = new.target.name;
    this.kind = kind;
  }
}

/** A file that is no sound bundle. */
export class BundleError extends NamedError {}

/** A recording that cannot be read. */
export class AudioError extends NamedError {}
