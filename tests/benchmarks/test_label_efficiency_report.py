"""What the table says of runs with and without pre-training."""

import pytest

from benchmarks import label_efficiency_report


def _result(arm, seed, rate, minutes=1):
    return {
        "arm": arm,
        "minutes": minutes,
        "seed": seed,
        "character_error_rate": rate,
        "word_error_rate": 1.0,
        "label_minutes": 1.0,
    }


@pytest.fixture
def results():
    scratch = [_result("scratch", seed, rate) for seed, rate in enumerate((0.7, 0.8, 0.9))]
    return scratch + [
        _result("pretrained", seed, rate) for seed, rate in enumerate((0.3, 0.4, 0.5))
    ]


def test_means_deviations_and_reduction_over_seeds(results):
    (row,) = label_efficiency_report.summary(results)
    assert row["scratch"] == pytest.approx(0.8) and row["pretrained"] == pytest.approx(0.4)
    assert row["scratch_deviation"] == pytest.approx(0.1)  # of a sample: over n - 1
    assert row["reduction"] == pytest.approx(0.5)


def test_no_reduction_is_told_while_a_seed_is_missing(results):
    (row,) = label_efficiency_report.summary(results[:-1])
    assert "reduction" not in row


def test_the_table_shows_mean_deviation_and_seeds(results):
    text = label_efficiency_report.table(label_efficiency_report.summary(results))
    assert "| 1 | 80.0% ± 10.0 | 40.0% ± 10.0 | 50% | 3/3 |" in text


def test_the_files_appear_from_the_first_result_on(results, tmp_path):
    label_efficiency_report.write(results[:1], tmp_path)
    assert (tmp_path / "label_efficiency.png").read_bytes().startswith(b"\x89PNG")
    assert "| 1 | 70.0% |  |  | 1/0 |" in (tmp_path / "table.md").read_text()
