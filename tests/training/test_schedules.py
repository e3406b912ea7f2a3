import math

import keras
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training.schedules import TriStage, WarmupLinear


def rate(schedule, step):
    return float(schedule(step))


@pytest.mark.parametrize("update", [0, 1, 10, 31, 32, 33, 200, 399, 400, 500])
def test_warmup_linear_is_fairseqs_polynomial_decay(update):
    expected = 5e-4 * update / 32 if update <= 32 else max(5e-4 * (400 - update) / (400 - 32), 0)
    assert rate(WarmupLinear(5e-4, 32, 400), update) == pytest.approx(expected, rel=1e-6)


def test_without_warmup_the_first_update_has_the_peak_rate():
    assert rate(WarmupLinear(1e-3, 0, 10), 0) == pytest.approx(1e-3)


@pytest.mark.parametrize("update", [0, 50, 99, 100, 300, 499, 500, 501, 750, 1000, 1100])
def test_tri_stage_warms_holds_and_decays_exponentially(update):
    if update < 100:
        expected = 3e-5 * (0.01 + 0.99 * update / 100)
    elif update < 500:
        expected = 3e-5
    else:
        expected = 3e-5 * math.exp(math.log(0.05) * min(update - 500, 500) / 500)
    assert rate(TriStage(3e-5, 1000), update) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "schedule", [WarmupLinear(1e-3, 5, 50), TriStage(1e-4, 70, 0.2, 0.3, 0.1, 0.2)]
)
def test_a_schedule_survives_serialisation(schedule):
    config = keras.optimizers.schedules.serialize(schedule)
    copy = keras.optimizers.schedules.deserialize(config)
    assert [rate(copy, s) for s in (0, 20, 60)] == [rate(schedule, s) for s in (0, 20, 60)]


def test_a_warmup_longer_than_the_run_is_refused():
    with pytest.raises(UserError, match="warmup_updates 20 must lie in 0..10"):
        WarmupLinear(1e-3, 20, 10)
