"""Is a run healthy? The collapse guard, a fold over the lines of metrics.jsonl.

Plain Python: the same code watches a run, replays a finished one and tells its health.
"""

import math
from dataclasses import dataclass, field

from keras_w2v2.training.guard import remedies
from keras_w2v2.training.guard.limits import LEAST_FEATURE_ENERGY, Limits

PATIENCE = 20  # updates that something must last: one batch or a short line proves nothing


@dataclass(frozen=True)
class Finding:
    """Something wrong with a run.

    Attributes:
        name: str, such as "codebook collapse".
        updates: int, when it was certain.
        wrong: str, the figures seen and their limit.
        why: str, what makes runs end like this.
        change: dict of recipe key to the value to try, the most likely first.
    """

    name: str
    updates: int
    wrong: str
    why: str
    change: dict = field(default_factory=dict)

    def text(self):
        """Returns the finding in one line (str)."""
        change = ", ".join(f"{key}={value:g}" for key, value in self.change.items())
        advice = f". Change {change}" if change else ""
        return f"{self.name} at update {self.updates}: {self.wrong}; {self.why}{advice}"

    def row(self):
        """Returns the line for metrics.jsonl (dict); `Guard.look` knows it again."""
        return {
            "split": "guard",
            "updates": self.updates,
            "finding": self.name,
            "wrong": self.wrong,
            "why": self.why,
            "change": dict(self.change),
        }

    @classmethod
    def of_row(cls, row):
        """Returns the finding that a line of metrics.jsonl holds."""
        return cls(row["finding"], row["updates"], row["wrong"], row["why"], row["change"])


class Guard:
    """Watches the figures of one run, line by line.

    Every check names what it sees, and becomes a finding once it has seen it for `PATIENCE`
    updates on end. Each finding is told once. The state follows from the lines alone: a run that
    carries on shows the guard the lines it has and is watched as if it had never stopped.

    Args:
        values: dict, the resolved configuration of the run (config.yaml).

    Example:
        >>> run = RunFolder("runs/small")
        >>> guard = Guard(run.config())
        >>> found = [finding for row in run.metrics() for finding in guard.look(row)]
    """

    def __init__(self, values):
        self.values, self.limits = values, Limits(values)
        self._before = 0  # updates at the line before
        self._since = {}  # check -> updates before it began to see something
        self._told = set()
        self._norms = []
        self._highest_perplexity = 0.0
        self._health = "no figures yet"

    def look(self, row):
        """Takes in a line of metrics.jsonl.

        Args:
            row: dict with "updates" and the figures; "split" is "train" where it is missing.

        Returns:
            list of Finding, those that were not told before.
        """
        split = row.get("split", "train")
        if split == "guard":
            self._told.add(row["finding"])
        if split != "train":
            return []
        if "gradient_norm" in row and math.isfinite(row["gradient_norm"]):
            self._norms.append(row["gradient_norm"])
        self._highest_perplexity = max(self._highest_perplexity, row.get("code_perplexity", 0.0))
        seen = {name: wrong for name, wrong in self._seen(row) if wrong}
        self._since = {name: self._since.get(name, self._before) for name in seen}
        self._before = row["updates"]
        lasting = {n: w for n, w in seen.items() if row["updates"] - self._since[n] >= PATIENCE}
        self._health = self._tell_health(row, lasting)
        new = [
            Finding(name, row["updates"], wrong, *remedies.of(name, self.values))
            for name, wrong in lasting.items()
            if name not in self._told
        ]
        self._told.update(finding.name for finding in new)
        return new

    def health(self):
        """Returns how the run was at the last line, in a few words (str)."""
        return self._health

    def _seen(self, row):
        """Yields (name, what is wrong or None) of every check that the line has figures for."""
        yield "not finite", self._not_finite(row)
        collapse = "code_perplexity" in row and self._codebook_collapse(row)
        yield "codebook collapse", collapse
        if "contrastive_loss" in row and not collapse:  # its consequence otherwise
            yield "tie", self._tie(row)
        if "feature_penalty" in row:
            yield "silent features", self._silent_features(row["feature_penalty"])
        if "contrastive_loss" in row and row["updates"] > self.limits.chance_after:
            yield "chance level", self._chance_level(row["contrastive_loss"])
        if "blank_rate" in row and row["updates"] > self.limits.blank_after:
            yield "blank alone", self._blank_alone(row["blank_rate"])
        if "gradient_norm" in row:
            yield "rising gradient norm", self._rising_gradient_norm(row["gradient_norm"])

    def _not_finite(self, row):
        bad = [name for name, value in row.items() if _is_bad(value)]
        if self.limits.skips_overflows:  # loss scaling leaves such a step out
            bad = [name for name in bad if name != "gradient_norm"]
        return f"{' and '.join(bad)} not finite" if bad else None

    def _codebook_collapse(self, row):
        highest = self._highest_perplexity
        floor = max(self.limits.perplexity_floor, self.limits.perplexity_fall * highest)
        if not row["code_perplexity"] < floor:
            return None
        return (
            f"perplexity {row['code_perplexity']:.1f} of {self.limits.codes} codes (highest "
            f"{highest:.1f}, floor {floor:.1f}), accuracy {row['accuracy']:.3f}, contrastive loss "
            f"{row['contrastive_loss']:.2f}"
        )

    def _tie(self, row):
        guess = 1 / self.limits.ways
        if not row["accuracy"] < guess / 4:
            return None
        return (
            f"accuracy {row['accuracy']:.4f} where a guess among {self.limits.ways} gives "
            f"{guess:.4f}, with contrastive loss {row['contrastive_loss']:.2f}"
        )

    def _silent_features(self, energy):
        if not energy < LEAST_FEATURE_ENERGY:
            return None
        return f"mean square of the features {energy:.1e} (least {LEAST_FEATURE_ENERGY:.0e})"

    def _chance_level(self, loss):
        chance = math.log(self.limits.ways)
        if not 0.99 * chance < loss:
            return None
        return (
            f"contrastive loss {loss:.3f} after {self.limits.chance_after} updates, where guessing "
            f"gives ln {self.limits.ways} = {chance:.3f}"
        )

    def _blank_alone(self, rate):
        if not rate >= 0.999:
            return None
        return f"blank rate {rate:.3f} after {self.limits.blank_after} updates: no symbol is read"

    def _rising_gradient_norm(self, norm):
        least = min(self._norms, default=math.inf)
        if not (math.isfinite(norm) and norm > self.limits.gradient_rise * least > 0):
            return None
        return f"gradient norm {norm:.3g}, {norm / least:.0f} times its least ({least:.3g})"

    def _tell_health(self, row, lasting):
        figures = ", ".join(self._figures(row))
        if lasting:
            return f"unhealthy: {', '.join(lasting)} ({figures})"
        if self._is_at_start(row):
            return f"starting: {figures}"
        low = self._since and ", ".join(f"{name} begins" for name in self._since)
        return f"watch: {low} ({figures})" if low else f"healthy: {figures}"

    def _is_at_start(self, row):
        """Whether the run still guesses, or answers blank alone, and may."""
        guesses = "contrastive_loss" in row and self._chance_level(row["contrastive_loss"])
        silent = "blank_rate" in row and self._blank_alone(row["blank_rate"])
        return bool(guesses or silent) and not self._since

    def _figures(self, row):
        if "code_perplexity" in row:
            yield f"perplexity {row['code_perplexity']:.0f} of {self.limits.codes}"
        if "contrastive_loss" in row and self._chance_level(row["contrastive_loss"]):
            yield f"loss {row['contrastive_loss']:.2f} at chance"
        if "accuracy" in row:
            yield f"accuracy {row['accuracy']:.2f}"
        if "character_error_rate" in row:
            yield f"character errors {row['character_error_rate']:.0%}"
        if "blank_rate" in row:
            yield f"blank rate {row['blank_rate']:.2f}"


def _is_bad(value):
    return isinstance(value, float) and not math.isfinite(value)
