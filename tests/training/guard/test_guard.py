import math

import pytest

from keras_w2v2.training.configuration.schema import FinetuneConfig, PretrainConfig
from keras_w2v2.training.guard.guard import PATIENCE, Guard

CHANCE = math.log(51)
HEALTHY = {
    "loss": 3.5,
    "contrastive_loss": 3.4,
    "accuracy": 0.12,
    "code_perplexity": 100.0,
    "gradient_norm": 0.6,
}
READING = {"loss": 1.0, "blank_rate": 0.8, "character_error_rate": 0.3, "gradient_norm": 2.0}


def pretraining(*settings):
    """A resolved configuration: 2 codebooks of 64 codes, 50 distractors, 192 wide."""
    values = PretrainConfig.load("small_pretrain", settings).model_dump()
    resolved = {"num_codebooks": 2, "cross_utterance_distractors": 0, "codebook_distractors": 0}
    weights = {"diversity_weight": 0.1, "feature_penalty_weight": 10.0}
    given = {name: value for name, value in values["model"].items() if value is not None}
    return values | {"model": resolved | weights | given}


def finetuning(*settings):
    values = FinetuneConfig.load("small_finetune", settings).model_dump()
    values["model"] |= {"hidden_dim": 192, "freeze_transformer_updates": 0}
    return values


def lines(count, every=20, first=0, **figures):
    return [{"updates": first + every * (i + 1), **figures} for i in range(count)]


def found(values, rows):
    guard = Guard(values)
    return [finding for row in rows for finding in guard.look(row)]


def only(values, rows):
    (finding,) = found(values, rows)
    return finding


def test_a_healthy_run_gives_no_finding():
    assert found(pretraining(), lines(100, **HEALTHY)) == []
    assert found(finetuning(), lines(100, **READING)) == []


def test_codebooks_with_few_codes_are_a_collapse_and_its_causes_are_named():
    values = pretraining("model.diversity_weight=0.0", "optimizer.peak_rate=2e-2")
    collapsed = HEALTHY | {"code_perplexity": 2.0, "accuracy": 0.0, "contrastive_loss": 0.0}
    finding = only(values, lines(3, **collapsed))
    assert finding.name == "codebook collapse"
    assert finding.updates == 20
    assert "perplexity 2.0 of 128" in finding.wrong
    assert "model.diversity_weight=0 " in finding.why
    assert "optimizer.peak_rate=0.02 is high" in finding.why
    assert finding.change == {"model.diversity_weight": 0.1, "optimizer.peak_rate": 0.0016}
    assert "\n" not in finding.text()


def test_the_floor_lies_a_share_of_the_way_from_one_code_in_each_codebook_to_all():
    # 2 + 0.01 x 126 = 3.26 of 128.
    assert found(pretraining(), lines(3, **HEALTHY | {"code_perplexity": 3.27})) == []
    finding = only(pretraining(), lines(3, **HEALTHY | {"code_perplexity": 3.25}))
    assert "floor 3.3" in finding.wrong
    higher = pretraining("guard.code_usage_floor=0.5")
    assert only(higher, lines(3, **HEALTHY | {"code_perplexity": 64.9})).name == finding.name


def test_without_diversity_loss_a_fall_to_a_quarter_of_the_highest_perplexity_is_a_collapse():
    def fallen(perplexity):
        high = lines(5, **HEALTHY | {"code_perplexity": 80.0})
        return high + lines(3, first=100, **HEALTHY | {"code_perplexity": perplexity})

    alone = pretraining("model.diversity_weight=0.0")
    assert found(alone, fallen(20.1)) == found(pretraining(), fallen(19.9)) == []
    finding = only(alone, fallen(19.9))
    assert (finding.name, finding.updates) == ("codebook collapse", 120)
    assert "highest 80.0, floor 20.0" in finding.wrong


def test_features_that_die_away_are_found():
    # Seen at a rate of 1e-2 without diversity loss: 2e-11, with a perplexity of 42 of 128.
    rows = lines(3, **HEALTHY | {"feature_penalty": 2e-11})
    finding = only(pretraining("optimizer.peak_rate=1e-2"), rows)
    assert finding.name == "silent features"
    assert finding.change == {"optimizer.peak_rate": 0.0016}
    assert found(pretraining(), lines(3, **HEALTHY | {"feature_penalty": 1e-3})) == []


def test_a_collapse_with_the_published_weight_and_rate_asks_for_half_the_rate():
    finding = only(pretraining(), lines(3, **HEALTHY | {"code_perplexity": 2.0}))
    assert finding.change["optimizer.peak_rate"] == pytest.approx(0.75e-3)


def test_ties_are_found_where_many_codes_are_in_use():
    # Ours counts a tie as lost: 0 where a guess wins one time in 51.
    finding = only(pretraining(), lines(3, **HEALTHY | {"accuracy": 0.0}))
    assert finding.name == "tie"
    assert "guess among 51 gives 0.0196" in finding.wrong
    assert found(pretraining(), lines(3, **HEALTHY | {"accuracy": 1 / 51})) == []


@pytest.mark.parametrize(("warm_up", "allowed"), [(250, 1000), (2000, 2000)])
def test_a_loss_at_chance_is_allowed_for_a_thousand_updates_or_the_warm_up(warm_up, allowed):
    values = pretraining(f"optimizer.warmup_updates={warm_up}")
    rows = lines(150, **HEALTHY | {"contrastive_loss": CHANCE, "accuracy": 0.02})
    finding = only(values, rows)
    assert (finding.name, finding.updates) == ("chance level", allowed + PATIENCE)
    assert f"ln 51 = {CHANCE:.3f}" in finding.wrong


def test_chance_counts_every_kind_of_distractor():
    values = pretraining("model.num_distractors=100", "guard.chance_after=0")
    at_chance = HEALTHY | {"contrastive_loss": math.log(101), "accuracy": 0.01}
    assert "ln 101 = 4.615" in only(values, lines(3, **at_chance)).wrong
    more = pretraining("model.num_distractors=50", "model.cross_utterance_distractors=50")
    assert "ln 101" in only(more, lines(60, **at_chance)).wrong


def test_a_small_encoder_at_chance_is_freed_of_its_penalty():
    values = pretraining("model.feature_grad_mult=0.1", "guard.chance_after=0")
    finding = only(values, lines(3, **HEALTHY | {"contrastive_loss": CHANCE}))
    assert finding.change == {"model.feature_penalty_weight": 0.0, "model.feature_grad_mult": 1.0}


def test_blank_alone_is_allowed_at_first():
    silent = READING | {"blank_rate": 1.0, "character_error_rate": 1.0}
    finding = only(finetuning("optimizer.peak_rate=1e-3"), lines(100, **silent))
    assert (finding.name, finding.updates) == ("blank alone", 1500 + PATIENCE)
    assert finding.change == {"optimizer.peak_rate": 4e-4}
    frozen = finetuning()
    frozen["model"]["freeze_transformer_updates"] = 400
    assert only(frozen, lines(100, **silent)).updates == 1900 + PATIENCE


def test_a_recogniser_that_stays_with_the_blank_is_told_to_begin_with_it():
    silent = READING | {"blank_rate": 1.0, "character_error_rate": 1.0}
    finding = only(finetuning("model.blank_prior=0"), lines(100, **silent))
    assert finding.change == {"model.blank_prior": 0.94}
    finding = only(finetuning(), lines(100, **silent))  # it did
    assert finding.change == {"optimizer.peak_rate": 2e-4}


def test_a_gradient_norm_that_rises_a_hundredfold_is_found_and_fourteenfold_is_not():
    rows = lines(5, **HEALTHY | {"gradient_norm": 0.09})
    assert (
        found(pretraining(), rows + lines(5, first=100, **HEALTHY | {"gradient_norm": 1.3})) == []
    )
    finding = only(pretraining(), rows + lines(5, first=100, **HEALTHY | {"gradient_norm": 90.0}))
    assert finding.name == "rising gradient norm"
    assert "1000 times its least" in finding.wrong
    assert finding.change["optimizer.clip_norm"] == 1.0


def test_a_missing_diversity_loss_is_named_whatever_was_seen_first():
    rows = lines(3, **HEALTHY | {"gradient_norm": 0.03})
    rows += lines(3, first=60, **HEALTHY | {"gradient_norm": 11.2})
    finding = only(pretraining("model.diversity_weight=0.0", "optimizer.peak_rate=2e-2"), rows)
    assert "optimizer.peak_rate=0.02 is high" in finding.why
    assert "model.diversity_weight=0 does not keep the codes apart" in finding.why
    assert finding.change["model.diversity_weight"] == 0.1


def test_figures_that_are_not_finite_are_named():
    rows = lines(3, **HEALTHY | {"loss": math.nan, "gradient_norm": math.inf})
    finding = only(pretraining(), rows)
    assert finding.wrong == "loss and gradient_norm not finite"


def test_gradients_that_overflow_float16_are_skipped_steps_and_no_finding():
    values = pretraining() | {"mixed_precision": "float16"}
    assert found(values, lines(3, **HEALTHY | {"gradient_norm": math.inf})) == []


def test_one_bad_batch_is_no_finding():
    rows = [{"updates": i + 1, **HEALTHY} for i in range(PATIENCE)]
    rows[5]["code_perplexity"] = 2.0
    assert found(pretraining(), rows) == []
    for row in rows:
        row["code_perplexity"] = 2.0
    assert only(pretraining(), rows).updates == PATIENCE


def test_a_line_of_many_updates_is_enough():
    finding = only(pretraining(), lines(1, every=200, **HEALTHY | {"code_perplexity": 2.0}))
    assert finding.updates == 200


def test_lines_of_the_dev_shards_are_left_alone():
    rows = [{"split": "dev", **row} for row in lines(3, **HEALTHY | {"loss": math.nan})]
    assert found(pretraining(), rows) == []


def test_a_guard_that_carries_on_tells_nothing_twice():
    guard = Guard(pretraining())
    rows = lines(4, **HEALTHY | {"code_perplexity": 2.0})
    (finding,) = guard.look(rows[0])
    again = Guard(pretraining())
    assert again.look(finding.row()) == []
    assert again.look(rows[1]) == again.look(rows[2]) == []


def test_the_health_line_tells_where_a_run_stands():
    def health(values, rows):
        guard = Guard(values)
        for row in rows:
            guard.look(row)
        return guard.health()

    assert (
        health(pretraining(), lines(1, **HEALTHY))
        == "healthy: perplexity 100 of 128, accuracy 0.12"
    )
    at_chance = HEALTHY | {"contrastive_loss": CHANCE, "accuracy": 0.02}
    assert health(pretraining(), lines(1, **at_chance)) == (
        "starting: perplexity 100 of 128, loss 3.93 at chance, accuracy 0.02"
    )
    collapsed = HEALTHY | {"code_perplexity": 2.0}
    assert health(pretraining(), lines(1, every=10, **collapsed)).startswith(
        "watch: codebook collapse begins"
    )
    assert health(pretraining(), lines(1, **collapsed)).startswith("unhealthy: codebook collapse (")
    assert (
        health(finetuning(), lines(1, **READING))
        == "healthy: character errors 30%, blank rate 0.80"
    )
    silent = READING | {"blank_rate": 1.0}
    assert health(finetuning(), lines(1, **silent)).startswith("starting: ")
