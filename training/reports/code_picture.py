"""A picture of the codebooks: which codes are in use, and how that changed over a run."""

import numpy as np

from keras_w2v2.training.reports.curve_pictures import COLOURS, INK, new_figure, png


def pictures(snapshots):
    """Draws each codebook.

    Args:
        snapshots: list of dict, the lines of snapshots.jsonl with "updates" and "codes".

    Returns:
        list of (title, PNG bytes), one a codebook; empty where there is nothing to draw.
    """
    rows = [row for row in snapshots if row.get("codes")]
    if not rows:
        return []
    updates = [row["updates"] for row in rows]
    books = np.array([row["codes"] for row in rows], float)  # [snapshots, G, V]
    shares = books / np.maximum(books.sum(-1, keepdims=True), 1)
    return [
        (
            f"Codebook {book + 1}: perplexity {perplexity(shares[-1, book]):.1f} of "
            f"{shares.shape[-1]} at update {updates[-1]}",
            _picture(updates, shares[:, book]),
        )
        for book in range(shares.shape[1])
    ]


def perplexity(shares):
    """Returns exp(entropy) of the shares of each code, natural log (float).

    Args:
        shares: float [V], adding up to 1.
    """
    used = shares[shares > 0]
    return float(np.exp(-np.sum(used * np.log(used))))


def _picture(updates, shares):
    """Above, the codes by use at the end; below, each code's share at every snapshot."""
    order = np.argsort(-shares[-1], kind="stable")
    size = len(order)
    figure, (bars, history) = new_figure(
        2.4 + 0.14 * len(updates), rows=2, height_ratios=(1.5, 0.5 + 0.14 * len(updates))
    )
    bars.bar(np.arange(size), 100 * shares[-1, order], width=1.0, color=COLOURS[0])
    bars.axhline(100 / size, color=INK, linewidth=0.9, linestyle=":", label="all alike")
    bars.set_ylabel("% of frames")
    bars.legend(frameon=False, fontsize=9)
    # By the square root, or one code that is everywhere would leave all others white.
    history.pcolormesh(
        np.arange(size + 1) - 0.5,
        np.arange(len(updates) + 1) - 0.5,
        np.sqrt(shares[:, order]),
        cmap="Blues",
        vmin=0.0,
        vmax=np.sqrt(max(4 / size, shares.max() / 4)),
        rasterized=True,
    )
    shown = np.unique(np.linspace(0, len(updates) - 1, min(len(updates), 8)).astype(int))
    history.set_yticks(shown, [updates[i] for i in shown])
    history.invert_yaxis()
    history.set_ylabel("update")
    history.set_xlabel("codes, the most used at the end first")
    history.set_xlim(-0.5, size - 0.5)
    return png(figure)
