"""A picture of one recognised sentence: waveform, what the model saw when, words with times."""

import numpy as np

from keras_w2v2.training.reports.curve_pictures import COLOURS, INK, new_figure, png

_LEAST_SHARE = 0.1  # a token gets a row when it is this probable at some frame


def alignment(waveform, logits, tokens, blank, words, frames, sample_rate=16000):
    """Draws a sentence.

    Args:
        waveform: float32 [samples], in [-1, 1].
        logits: float32 [frames, vocabulary].
        tokens: list of str, the vocabulary.
        blank: int, index of the blank token.
        words: list of Word (text, start, end in seconds).
        frames: `FrameArithmetic` of the model.
        sample_rate: int, of the waveform.

    Returns:
        PNG bytes.
    """
    from matplotlib.patches import Rectangle

    probabilities = _softmax(logits)
    shown = _tokens_in_order(probabilities, blank)
    height = 2.2 + 0.17 * len(shown)
    figure, (wave, heat) = new_figure(height, rows=2, height_ratios=(1.3, 0.17 * len(shown)))

    seconds = len(waveform) / sample_rate
    times = np.arange(len(waveform)) / sample_rate
    wave.plot(times, waveform, color=COLOURS[0], linewidth=0.5)
    loudest = float(np.abs(waveform).max(initial=1e-3))
    wave.set_ylim(-1.1 * loudest, 1.7 * loudest)
    wave.set_yticks([])
    wave.spines["left"].set_visible(False)

    edges = frames.seconds(np.arange(len(logits) + 1))
    heat.pcolormesh(
        edges,
        np.arange(len(shown) + 1) - 0.5,
        probabilities[:, shown].T,
        cmap="Blues",
        vmin=0.0,
        vmax=1.0,
        rasterized=True,
    )
    heat.set_yticks(range(len(shown)), [_label(tokens[i], i == blank) for i in shown])
    heat.tick_params(axis="y", length=0, labelsize=9)
    heat.invert_yaxis()
    heat.set_xlabel("seconds")
    heat.set_xlim(0, seconds)
    for word in words:
        wave.add_patch(
            Rectangle(
                (word.start, -1.05 * loudest),
                word.end - word.start,
                2.1 * loudest,
                facecolor=COLOURS[1],
                alpha=0.16,
                edgecolor="none",
            )
        )
        middle = (word.start + word.end) / 2
        wave.text(middle, 1.25 * loudest, word.text, ha="center", fontsize=10, color=INK)
        for edge in (word.start, word.end):
            heat.axvline(edge, color=COLOURS[1], linewidth=0.7, alpha=0.6)
    return png(figure)


def _softmax(logits):
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def _tokens_in_order(probabilities, blank):
    """Tokens that are heard, in the order of first being heard: the path falls like a stair."""
    heard = [i for i in np.flatnonzero(probabilities.max(0) > _LEAST_SHARE) if i != blank]
    heard.sort(key=lambda i: int(probabilities[:, i].argmax()))
    return [*heard, blank]


def _label(token, is_blank):
    if is_blank:
        return "blank"
    return "word end" if token == "|" else token
