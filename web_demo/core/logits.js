/** Logits of frames: float32, one row of `width` tokens a frame, and how windows of them join. */

export class Logits {
  /**
   * @param {Float32Array} values frame after frame.
   * @param {number} width tokens of the vocabulary.
   */
  constructor(values, width) {
    if (values.length % width !== 0) {
      throw new RangeError(`${values.length} logits do not divide into rows of ${width}`);
    }
    this.values = values;
    this.width = width;
    this.frames = values.length / width;
  }

  /** Returns the frames [from, to) without copying them. */
  rows(from, to = this.frames) {
    return new Logits(this.values.subarray(from * this.width, to * this.width), this.width);
  }

  /** Returns pieces that follow each other as one. */
  static joined(pieces, width) {
    const values = new Float32Array(pieces.reduce((sum, { values }) => sum + values.length, 0));
    let at = 0;
    for (const piece of pieces) {
      values.set(piece.values, at);
      at += piece.values.length;
    }
    return new Logits(values, width);
  }
}

/** Returns the rows of a window's logits that are taken from it. */
export function kept(window, logits) {
  return logits.rows(window.keepFrom - window.firstFrame, window.keepTo - window.firstFrame);
}

/** Returns the rows of a window's logits that the next window will say better. */
export function ahead(window, logits) {
  return logits.rows(window.keepTo - window.firstFrame);
}
