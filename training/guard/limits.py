"""The numbers that the guard compares with, from the configuration of a run."""

import math

from keras_w2v2.training.configuration.guard_schema import FinetuneGuard, PretrainGuard

# Runs that learn leave chance after 150 to 200 updates and the blank after 840 (docs/results.md).
LEAST_CHANCE_AFTER = 1000
LEAST_BLANK_AFTER = 1500
USAGE_FLOOR = 0.01  # low, for BASE is reported at 18 of 640 codes (0.025) and learning early on
# Without the diversity loss that brings codes back, small models that had come this low, or kept
# this little of their perplexity, were all on their way down; with it they keep three quarters.
USAGE_FLOOR_WITHOUT_DIVERSITY, FALL_WITHOUT_DIVERSITY = 0.05, 0.25
LEAST_DIVERSITY_WEIGHT = 0.05
# The LayerNorm over the features adds 1e-5 to their variance: what is far below stays small.
LEAST_FEATURE_ENERGY = 1e-6


class Limits:
    """What a healthy run of this configuration may show at most.

    Args:
        values: dict, the resolved configuration; keys of the guard that it lacks take their
            defaults, so that older runs can be looked at too.

    Attributes:
        action: "stop", "warn" or "off".
        codes: int, entries of all codebooks.
        perplexity_floor: float, summed over codebooks as `code_perplexity` is. One code in each
            codebook is a perplexity of 1 each, so the floor lies a share of the way from there.
        perplexity_fall: float, share of its highest below which the perplexity may not fall.
        ways: int, the target and its distractors.
        chance_after, blank_after: number of updates after which the loss may not be at chance,
            and the blank not alone; infinite where the task knows no such thing.
        gradient_rise: float, times the least gradient norm so far.
        skips_overflows: bool, whether gradients that overflow are no trouble.
    """

    def __init__(self, values):
        section = PretrainGuard if values.get("task") == "pretrain" else FinetuneGuard
        own = section(**(values.get("guard") or {}))
        self.action, self.gradient_rise = own.action, own.gradient_rise
        self.skips_overflows = values.get("mixed_precision") == "float16"
        self.chance_after = self.blank_after = math.inf
        self.perplexity_fall = 0.0
        model, optimizer = values["model"], values["optimizer"]
        if section is PretrainGuard:
            books, size = model["num_codebooks"], model["codebook_size"]
            self.codes = books * size
            usage, kept_apart = own.code_usage_floor, model["diversity_weight"]
            if usage is None:
                usage = USAGE_FLOOR
                if kept_apart < LEAST_DIVERSITY_WEIGHT:
                    usage = USAGE_FLOOR_WITHOUT_DIVERSITY
                    self.perplexity_fall = FALL_WITHOUT_DIVERSITY
            self.perplexity_floor = books + usage * (self.codes - books)
            kinds = ("num_distractors", "cross_utterance_distractors", "codebook_distractors")
            self.ways = 1 + sum(model[kind] or 0 for kind in kinds)
            self.chance_after = own.chance_after
            if self.chance_after is None:
                self.chance_after = max(LEAST_CHANCE_AFTER, optimizer["warmup_updates"])
        else:
            self.blank_after = own.blank_after
            if self.blank_after is None:
                warm_up = round(optimizer["warmup_fraction"] * optimizer["updates"])
                frozen = model["freeze_transformer_updates"] or 0
                self.blank_after = frozen + max(LEAST_BLANK_AFTER, warm_up)
