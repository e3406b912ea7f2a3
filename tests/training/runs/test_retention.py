import math

import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training.runs.retention import Rule

LOSSES = {2: 3.0, 4: 1.0, 6: 2.0, 8: 2.5, 10: 1.5}


def figures(values, split="dev", name="loss"):
    return {updates: {split: {name: value}} for updates, value in values.items()}


@pytest.mark.parametrize(
    "last, best, kept",
    [(1, 0, {10}), (2, 1, {4, 8, 10}), (1, 2, {4, 10}), (3, 3, {4, 6, 8, 10})],
)
def test_the_last_and_the_best_stay(last, best, kept):
    assert Rule(last, best, "dev", "loss").kept(figures(LOSSES)) == kept


def test_an_accuracy_is_better_when_higher():
    rule = Rule(1, 1, "train", "accuracy")
    assert rule.kept(figures({2: 0.1, 4: 0.9, 6: 0.5}, "train", "accuracy")) == {4, 6}


def test_what_was_not_measured_or_is_no_number_is_never_the_best():
    found = figures({2: math.nan, 4: 5.0, 6: 7.0}) | {8: {}, 10: {"train": {"loss": 0.0}}}
    assert Rule(1, 1, "dev", "loss").kept(found) == {4, 10}


class Config:
    keep_checkpoints, keep_best, best_by = 3, 1, None


class Model:
    metrics = [type("Metric", (), {"name": name}) for name in ("loss", "accuracy")]


@pytest.mark.parametrize("dev, split", [(True, "dev"), (False, "train")])
def test_the_loss_on_dev_shards_rules_where_there_are_any(dev, split):
    assert Rule.of(Config, Model, dev) == Rule(3, 1, split, "loss")


@pytest.mark.parametrize(
    "name, said",
    [
        ("dev.los", "no such figure, did you mean 'dev.loss'?"),
        ("loss", "no such figure, did you mean"),
        ("dev.accuracy", "no dev shards are given: add --dev"),
    ],
)
def test_a_figure_that_is_never_measured_is_refused(name, said):
    config = type("Named", (Config,), {"best_by": name})
    with pytest.raises(UserError, match="best_by is") as error:
        Rule.of(config, Model, False)
    assert said in str(error.value)
