"""What the table of ablations says of runs with one thing changed."""

import pytest

from benchmarks import ablations, ablations_report


def _result(arm, seed, last, findings=(), **figures):
    wrong = {"1": [0.8, 0.5, last], "3": [0.7, 0.4, last]}
    return {"arm": arm, "seed": seed, "wrong_digits": wrong, "findings": list(findings)} | figures


@pytest.fixture
def results():
    codes = {"contrastive_loss": 3.5, "accuracy": 0.1, "code_perplexity": 100.0}
    return [
        _result("no_diversity", 0, 0.6, ["tie at 40", "tie at 90", "not finite at 99"], **codes),
        _result("no_diversity", 1, 0.7, ["tie at 60"], **codes),
        _result("random", 0, 0.9),
        _result("continuous", 0, 0.55, contrastive_loss=3.0, accuracy=0.2),
    ]


def test_means_and_deviations_are_over_seeds_and_layers_are_best_and_last(results):
    rows = {row["arm"]: row for row in ablations_report.summary(results)}
    assert list(rows) == ["random", "no_diversity", "continuous"]  # the table's own order
    row = rows["no_diversity"]
    assert row["last_1"] == pytest.approx(0.65) and row["best_1"] == 0.5 and row["best_3"] == 0.4
    assert row["last_1_deviation"] == pytest.approx(0.1 / 2**0.5)  # of a sample: over n - 1
    assert row["guard"] == "tie (2 of 2), not finite (1 of 2)"
    assert rows["random"]["guard"] == "" and rows["continuous"]["guard"] == "silent"


def test_the_table_leaves_out_what_an_arm_has_not(results):
    lines = ablations_report.table(ablations_report.summary(results)).splitlines()
    assert lines[2].startswith("| random weights, not trained |  |  |  | 50.0% | 90.0% |")
    assert "| no diversity loss | 3.50 ± 0.00 | 0.100 ± 0.000 | 100 ± 0 | " in lines[3]
    assert "| continuous targets | 3.00 | 0.200 |  | 50.0% | 55.0% |" in lines[4]


def test_the_files_appear_from_the_first_result_on(results, tmp_path):
    ablations_report.write(results[:1], tmp_path)
    assert (tmp_path / "ablations.png").read_bytes().startswith(b"\x89PNG")
    assert "no diversity loss" in (tmp_path / "table.md").read_text()


def test_the_last_figures_are_means_of_the_last_updates():
    rows = [
        {"split": "train", "updates": 50 * i, "contrastive_loss": float(i), "accuracy": 0.1}
        for i in range(1, 5)
    ]
    rows.insert(2, {"split": "guard", "updates": 100, "finding": "tie"})
    found = ablations.last_figures(rows)
    assert found["contrastive_loss"] == 3.5 and "code_perplexity" not in found
    assert found["findings"] == ["tie at 100"] and found["curve"][0] == (50, 1.0)


def test_every_arm_is_a_recipe_with_51_ways():
    from keras_w2v2.training.configuration.schema import PretrainConfig

    assert [*ablations.ARMS] == [arm for arm in ablations_report.TITLES if arm != "random"]
    for settings in ablations.ARMS.values():
        model = PretrainConfig.load(ablations.RECIPE, [*ablations.SMALLER, *settings]).model
        assert model.num_distractors + (model.cross_utterance_distractors or 0) == 50
