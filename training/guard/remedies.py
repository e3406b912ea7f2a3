"""Why runs go wrong, and which key of the recipe to change to which value."""

# The runs known to be healthy: peak rate x width is 0.29 (192 wide, docs/results.md), 0.31
# (LARGE in fairseq2) and 0.38 (BASE). The 5e-3 that collapses LARGE makes 5.
SAFE_RATE_TIMES_WIDTH = 0.3
HIGH_RATE_TIMES_WIDTH = 0.5
DIVERSITY_WEIGHT = 0.1  # of every published recipe
CTC_RATE = 4e-4  # reads; 1e-3 stayed with the blank (docs/results.md)
BLANK_PRIOR = 0.94  # as in small_finetune
SMALL_WIDTH = 512


def of(name, values):
    """Returns why something goes wrong and what to change.

    Args:
        name: str, of a finding of `training.guard`.
        values: dict, the resolved configuration of the run.

    Returns:
        (str, dict of recipe key to value).
    """
    why, change = _ADVICE[name](values)
    unprotected = values["model"].get("diversity_weight", DIVERSITY_WEIGHT) < DIVERSITY_WEIGHT
    unprotected = unprotected and values["model"]["num_codebooks"] > 0
    if unprotected and "model.diversity_weight" not in change:  # it makes all the others worse
        why += f", and {_apart(values)}"
        change = {"model.diversity_weight": DIVERSITY_WEIGHT} | change
    return why, change


def _codebook_collapse(values):
    weight, rate = values["model"]["diversity_weight"], values["optimizer"]["peak_rate"]
    reasons, change = [], {}
    if weight < DIVERSITY_WEIGHT:
        reasons.append(_apart(values))
        change["model.diversity_weight"] = DIVERSITY_WEIGHT
    if _is_high(values):
        reasons.append(_high(values))
        change["optimizer.peak_rate"] = _safe_rate(values)
    if not reasons:
        reasons.append("the quantizer has settled on few codes, whose loss falls by itself")
        change = {"optimizer.peak_rate": rate / 2, "model.diversity_weight": 2 * weight}
    return " and ".join(reasons), change


def _apart(values):
    weight = values["model"]["diversity_weight"]
    return f"model.diversity_weight={weight:g} does not keep the codes apart"


def _tie(values):
    """Contexts or targets that no longer differ, with a codebook that does."""
    why = (
        "targets equal their distractors, and a tie counts as lost: the projections have collapsed"
    )
    if _is_high(values):
        why += f", as {_high(values)}"
    return why, {"optimizer.peak_rate": _safe_rate(values)}


def _silent_features(values):
    """Below the epsilon of their LayerNorm the features are zero for all that follows."""
    why, change = "the feature encoder has died and its LayerNorm cannot bring it back", {}
    if _is_high(values):
        why += f": {_high(values)}"
        change["optimizer.peak_rate"] = _safe_rate(values)
    elif values["model"]["feature_penalty_weight"] >= 1:
        reason, change = _unpenalised(values)
        why += f": {reason}"
    return why, change or {"optimizer.peak_rate": _safe_rate(values)}


def _chance_level(values):
    model, optimizer = values["model"], values["optimizer"]
    penalised = model["feature_penalty_weight"] >= 1 and model["feature_grad_mult"] < 0.3
    if penalised and _is_small(values):
        return _unpenalised(values)
    if _is_high(values):
        return (
            f"the context network is stuck: {_high(values)}",
            {"optimizer.peak_rate": _safe_rate(values)},
        )
    if optimizer["peak_rate"] * model["hidden_dim"] < SAFE_RATE_TIMES_WIDTH / 3:
        return (
            f"optimizer.peak_rate={optimizer['peak_rate']:g} is low for a width of "
            f"{model['hidden_dim']}",
            {"optimizer.peak_rate": _safe_rate(values)},
        )
    more = 4 * optimizer["gradient_accumulation"]
    return (
        "nothing is learnt yet: batches may be too small for this rate, or guard.chance_after too "
        "few updates for this recipe",
        {"optimizer.gradient_accumulation": more},
    )


def _blank_alone(values):
    model, rate = values["model"], values["optimizer"]["peak_rate"]
    if rate > 2 * CTC_RATE:
        return (
            f"optimizer.peak_rate={rate:g} drives the head back to the blank, the commonest symbol",
            {"optimizer.peak_rate": CTC_RATE},
        )
    if model["freeze_feature_encoder"] and _is_small(values):
        return (
            "the feature encoder of so small a network is not finished, and is frozen",
            {"model.freeze_feature_encoder": False},
        )
    if (model["mask_prob"] or 0) > 0.3:
        return (
            f"model.mask_prob={model['mask_prob']:g} hides too much of the speech",
            {"model.mask_prob": 0.1},
        )
    if not model.get("blank_prior"):
        return (
            "the head began without a prior for the blank; learning it may have taken what the "
            "network knew",
            {"model.blank_prior": BLANK_PRIOR},
        )
    return (
        "CTC begins with the blank and has not left it: the initial weights may know nothing of "
        "speech (--init), or the labels be too few",
        {"optimizer.peak_rate": rate / 2},
    )


def _rising_gradient_norm(values):
    change = {"optimizer.peak_rate": _safe_rate(values)}
    if values["optimizer"]["clip_norm"] is None:
        change["optimizer.clip_norm"] = 1.0
    reason = _high(values) if _is_high(values) else "updates are too large for this model"
    return f"training diverges: {reason}", change


def _not_finite(values):
    if values.get("mixed_precision") == "float16":
        return (
            "float16 ends at 65504, and something has gone beyond",
            {"optimizer.peak_rate": _safe_rate(values), "optimizer.clip_norm": 1.0},
        )
    return _rising_gradient_norm(values)


def _unpenalised(values):
    """As LARGE: no penalty, and all of the gradient for the encoder."""
    model = values["model"]
    weight, scale = model["feature_penalty_weight"], model["feature_grad_mult"]
    return (
        f"model.feature_penalty_weight={weight:g} with model.feature_grad_mult={scale:g} holds "
        "down so small an encoder",
        {"model.feature_penalty_weight": 0.0, "model.feature_grad_mult": 1.0},
    )


def _is_small(values):
    return values["model"]["hidden_dim"] < SMALL_WIDTH


def _rate_times_width(values):
    return values["optimizer"]["peak_rate"] * values["model"]["hidden_dim"]


def _is_high(values):
    return _rate_times_width(values) > HIGH_RATE_TIMES_WIDTH


def _high(values):
    rate, width = values["optimizer"]["peak_rate"], values["model"]["hidden_dim"]
    return f"optimizer.peak_rate={rate:g} is high for a width of {width}"


def _safe_rate(values):
    """A rate that is known to do, always below the present one unless that is far too low."""
    rate, width = values["optimizer"]["peak_rate"], values["model"]["hidden_dim"]
    safe = SAFE_RATE_TIMES_WIDTH / width
    if HIGH_RATE_TIMES_WIDTH / width >= rate > safe / 3:
        safe = rate / 2
    return float(f"{safe:.2g}")


_ADVICE = {
    "codebook collapse": _codebook_collapse,
    "tie": _tie,
    "silent features": _silent_features,
    "chance level": _chance_level,
    "blank alone": _blank_alone,
    "rising gradient norm": _rising_gradient_norm,
    "not finite": _not_finite,
}
