import pytest

from keras_w2v2.training.runs.position import stretches


@pytest.mark.parametrize("total", [1, 50, 120])
@pytest.mark.parametrize("done", range(0, 130, 7))
def test_stretches_cover_what_is_left_and_end_epochs_at_multiples(done, total):
    reached = min(done, total)
    for start, updates, epochs in stretches(reached, total, 50):
        assert start == reached
        for _ in range(epochs):
            reached = min(reached + updates, total)
            assert reached == total or reached % 50 == 0
    assert reached == total


def test_a_finished_run_has_nothing_to_fit():
    assert stretches(100, 100, 50) == []
