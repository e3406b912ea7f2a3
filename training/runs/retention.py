"""Which checkpoints stay: the last few and the best few."""

import re
from dataclasses import dataclass

from keras_w2v2.errors import UserError, nearest

RISING = ("accuracy", "code_perplexity", "prob_perplexity")  # better when higher; all else lower


@dataclass(frozen=True)
class Rule:
    """Keeps the newest `last` checkpoints and the `best` ones by a figure.

    Attributes:
        last: int, at least 1.
        best: int.
        split: str, "train" or "dev": measured where.
        figure: str, such as "loss".
    """

    last: int
    best: int
    split: str
    figure: str

    @classmethod
    def of(cls, config, model, dev):
        """Returns the rule of a configuration.

        Args:
            config: PretrainConfig or FinetuneConfig.
            model: the task model, whose figures it may name.
            dev: whether there are dev shards.

        Raises:
            UserError: the figure is none of the model's, or asks for dev shards that are not
                given.
        """
        name = config.best_by or ("dev.loss" if dev else "train.loss")
        known = [f"{split}.{metric.name}" for split in ("dev", "train") for metric in model.metrics]
        if not re.fullmatch(r"(train|dev)\.\w+", name) or name not in known:
            raise UserError(f"best_by is '{name}': no such figure{nearest(name, known)}")
        split, figure = name.split(".")
        if split == "dev" and not dev:
            raise UserError(f"best_by is '{name}', but no dev shards are given: add --dev")
        return cls(config.keep_checkpoints, config.keep_best, split, figure)

    def kept(self, figures):
        """Returns the updates whose checkpoints stay (set of int).

        Args:
            figures: dict of updates (int) to the figures of that checkpoint: dict of split to
                dict of name to number. A checkpoint without the rule's figure is never among
                the best; of equals the earlier is better.
        """
        sign = -1 if self.figure in RISING else 1
        scores = {
            updates: sign * found[self.split][self.figure]
            for updates, found in figures.items()
            if self.figure in found.get(self.split, {})
        }
        numbers = [updates for updates, score in scores.items() if score == score]  # not NaN
        best = sorted(numbers, key=lambda updates: (scores[updates], updates))[: self.best]
        return {*sorted(figures)[-self.last :], *best}
