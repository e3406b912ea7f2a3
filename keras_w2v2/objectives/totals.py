"""From a batch's frames to sums, and from the sums of all replicas to the figures reported.

Every figure of pre-training follows from sums over frames, so replicas that add up their sums
get the figures of the whole batch, the diversity loss (not a mean over clips) among them.
"""

from keras import ops

from keras_w2v2.objectives.contrastive import contrastive_loss
from keras_w2v2.objectives.diversity import diversity_loss, perplexity
from keras_w2v2.objectives.penalty import feature_energy


def over_frames(candidates, targets, outputs, span_mask, logit_temperature):
    """Returns the sums over one replica's frames (dict of float32 tensors).

    Args:
        candidates: (positive, negatives, excluded) as `contrastive_loss` takes them.
        targets: dict, what the quantizer returns.
        outputs: dict, what the backbone returns.
        span_mask: bool [batch, frames], masked frames.
        logit_temperature: float.
    """
    weights = ops.cast(span_mask, "float32")
    loss, won = contrastive_loss(*candidates, weights, logit_temperature)
    probabilities = targets["probabilities"]
    picked = ops.one_hot(targets["codes"], probabilities.shape[-1], dtype="float32")
    energy, values = feature_energy(outputs["raw_features"], outputs["frame_mask"])
    per_code = ops.expand_dims(ops.expand_dims(weights, -1), -1)
    return {
        "contrastive": loss,
        "won": won,
        "masked": ops.sum(weights),
        "valid": ops.sum(ops.cast(outputs["frame_mask"], "float32")),
        "codes": ops.sum(picked * per_code, axis=(0, 1)),
        "probabilities": ops.sum(probabilities * per_code, axis=(0, 1)),
        "energy": energy,
        "values": values,
    }


def per_masked_frame(sums, diversity_weight, feature_penalty_weight):
    """Returns the loss, its parts and the health figures (dict of float32 scalars).

    Args:
        sums: dict, from `over_frames`, added up over replicas.
        diversity_weight, feature_penalty_weight: float.
    """
    masked = ops.maximum(sums["masked"], 1.0)
    probabilities = sums["probabilities"] / masked
    contrastive = sums["contrastive"] / masked
    diversity = diversity_loss(probabilities)
    penalty = sums["energy"] / ops.maximum(sums["values"], 1.0)
    loss = contrastive + diversity_weight * diversity + feature_penalty_weight * penalty
    return {
        "loss": loss,
        "contrastive_loss": contrastive,
        "diversity_loss": diversity,
        "feature_penalty": penalty,
        "accuracy": sums["won"] / masked,
        "code_perplexity": perplexity(sums["codes"] / masked),
        "prob_perplexity": perplexity(probabilities),
        "masked_share": sums["masked"] / ops.maximum(sums["valid"], 1.0),
        "masked_frames": sums["masked"],
    }
