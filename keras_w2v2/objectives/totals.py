"""From a batch's frames to sums, and from the sums of all replicas to the figures reported.

Every figure of pre-training follows from sums over frames, so replicas that add up their sums
get the figures of the whole batch, the diversity loss (not a mean over clips) among them.
"""

from keras import ops

from keras_w2v2.objectives.contrastive import contrastive_loss
from keras_w2v2.objectives.diversity import diversity_loss, perplexity
from keras_w2v2.objectives.penalty import feature_energy

KNOWN = ("masked", "valid", "values")  # the keys of `known`
KNOWN_OF_CODES = ("probabilities",)  # and those it has where targets are codes


def over_frames(candidates, targets, outputs, span_mask, logit_temperature):
    """Returns the sums over one replica's frames (dict of float32 tensors).

    Args:
        candidates: (positive, negatives, excluded) as `contrastive_loss` takes them.
        targets: dict, what the quantizer returns, or `ContinuousTargets`, which has no codes to
            add up.
        outputs: dict, what the backbone returns.
        span_mask: bool [batch, frames], masked frames.
        logit_temperature: float.
    """
    weights = ops.cast(span_mask, "float32")
    loss, won = contrastive_loss(*candidates, weights, logit_temperature)
    energy, _ = feature_energy(outputs["raw_features"], outputs["frame_mask"])
    sums = known(targets, outputs, span_mask)
    sums |= {"contrastive": loss, "won": won, "energy": energy}
    if "probabilities" in targets:
        size = targets["probabilities"].shape[-1]
        picked = ops.one_hot(targets["codes"], size, dtype="float32")
        sums["codes"] = _over_masked(picked, weights)
    return sums


def known(targets, outputs, span_mask):
    """Returns those of the sums in which the loss is not linear; the transformer is not needed.

    Args:
        targets: dict as for `over_frames`.
        outputs: dict of "raw_features" and "frame_mask", what the backbone's `extract` returns.
        span_mask: bool [batch, frames], masked frames.
    """
    weights = ops.cast(span_mask, "float32")
    valid = ops.sum(ops.cast(outputs["frame_mask"], "float32"))
    sums = {
        "masked": ops.sum(weights),
        "valid": valid,
        "values": valid * outputs["raw_features"].shape[-1],
    }
    if "probabilities" in targets:
        sums["probabilities"] = _over_masked(targets["probabilities"], weights)
    return sums


def zeros(num_codebooks, codebook_size):
    """Returns the sums over no frame, to add others to; without codebooks none of codes."""
    scalars = ("contrastive", "won", "energy", "masked", "valid", "values")
    per_code = ("codes", "probabilities") if num_codebooks else ()
    return {name: ops.zeros((), "float32") for name in scalars} | {
        name: ops.zeros((num_codebooks, codebook_size), "float32") for name in per_code
    }


def _over_masked(x, weights):
    """Sums [batch, frames, G, V] over frames, each with its weight."""
    return ops.sum(x * ops.expand_dims(ops.expand_dims(weights, -1), -1), axis=(0, 1))


def per_masked_frame(sums, diversity_weight, feature_penalty_weight):
    """Returns the loss, its parts and the health figures (dict of float32 scalars).

    Those of codes are there where the sums have codes.

    Args:
        sums: dict, from `over_frames`, added up over replicas.
        diversity_weight, feature_penalty_weight: float.
    """
    masked = ops.maximum(sums["masked"], 1.0)
    loss = contrastive = sums["contrastive"] / masked
    of_codes = {}
    if "probabilities" in sums:
        probabilities = sums["probabilities"] / masked
        of_codes = {
            "diversity_loss": diversity_loss(probabilities),
            "code_perplexity": perplexity(sums["codes"] / masked),
            "prob_perplexity": perplexity(probabilities),
        }
        loss = loss + diversity_weight * of_codes["diversity_loss"]
    penalty = sums["energy"] / ops.maximum(sums["values"], 1.0)
    return of_codes | {
        "loss": loss + feature_penalty_weight * penalty,
        "contrastive_loss": contrastive,
        "feature_penalty": penalty,
        "accuracy": sums["won"] / masked,
        "masked_share": sums["masked"] / ops.maximum(sums["valid"], 1.0),
        "masked_frames": sums["masked"],
    }
