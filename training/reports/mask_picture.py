"""A picture of what training hides: the real span mask, drawn for clips of the run."""

import numpy as np

from keras_w2v2.training.reports.curve_pictures import COLOURS, FAINT, INK, new_figure, png

MOST_CLIPS = 12


def drawn(frame_counts, model, seed=0):
    """Returns the masks that training might draw for some clips.

    Args:
        frame_counts: list of int, frames of each clip.
        model: dict, the section `model` of a resolved configuration.
        seed: int.

    Returns:
        bool [clips, most frames], True where a frame is masked.
    """
    from keras import ops

    from keras_w2v2.layers.span_mask import span_mask

    mask = span_mask(
        ops.convert_to_tensor(frame_counts, "int32"),
        max(frame_counts),
        ops.convert_to_tensor([seed, 0], "int32"),
        model["mask_prob"],
        model["mask_span"],
        model.get("mask_min_spans", 2),  # older runs lack it
    )
    return ops.convert_to_numpy(mask)


def picture(frame_counts, masks, seconds_per_frame):
    """Draws clips as rows: masked frames dark, the others light, nothing behind their ends.

    Args:
        frame_counts: list of int.
        masks: bool [clips, frames].
        seconds_per_frame: float.

    Returns:
        (title, PNG bytes).
    """
    from matplotlib.colors import ListedColormap

    counts, masks = np.array(frame_counts[:MOST_CLIPS]), masks[:MOST_CLIPS]
    valid = np.arange(masks.shape[1]) < counts[:, None]
    share = masks[valid].mean()
    figure, axes = new_figure(0.8 + 0.16 * len(counts))
    axes.pcolormesh(
        np.arange(masks.shape[1] + 1) * seconds_per_frame,
        np.arange(len(counts) + 1),
        valid.astype(int) + (masks & valid),
        cmap=ListedColormap(["white", FAINT, COLOURS[0]]),
        vmin=0,
        vmax=2,
        edgecolors="none",
        rasterized=True,
    )
    axes.hlines(np.arange(1, len(counts)), 0, masks.shape[1] * seconds_per_frame, "white", lw=2)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.invert_yaxis()
    axes.set_xlabel("seconds", color=INK)
    return f"{share:.0%} of the frames are masked (dark), in spans that may overlap", png(figure)
