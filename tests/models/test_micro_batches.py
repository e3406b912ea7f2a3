"""A batch in parts, one after the other, makes the update of the whole batch."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import DROPPED, SMALLEST, UNDROPPED, clips, ctc, labels, pretraining

from keras_w2v2 import UserError
from keras_w2v2.models import micro_batches

INPUTS = clips(1000, 700, 900, 845, 600, 1000, 500)
TARGETS = labels([2, 3], [4, 4], [3], [2], [2, 1, 4], [1], [4, 3])
TASKS = {
    # Heavy weights of what is not linear in the parts, and of what has another denominator.
    "pretraining": (
        lambda: pretraining(
            **SMALLEST,
            **DROPPED,
            quantizer_dropout=0.3,
            diversity_weight=3.0,
            feature_penalty_weight=10.0,
        ),
        INPUTS,
    ),
    "ctc": (lambda: ctc(**SMALLEST, **DROPPED), (INPUTS, TARGETS)),
}


def _train(task, parts, **compile_settings):
    """Figures and weights after two updates on seven unequal clips."""
    make, data = TASKS[task]
    model = make()
    model.compile(optimizer=keras.optimizers.SGD(0.1), micro_batches=parts, **compile_settings)
    model.optimizer.build(model.trainable_variables)
    dataset = tf.data.Dataset.from_tensors(data).repeat(2)
    figures = model.fit(dataset, verbose=0).history
    return {name: values[0] for name, values in figures.items()}, model


@pytest.fixture(scope="module")
def whole():
    """Function: what a task gives without parts, computed once."""
    done = {}
    return lambda task: done.setdefault(task, _train(task, 1, run_eagerly=True))


@pytest.mark.parametrize(
    ("task", "parts", "settings"),
    [
        ("pretraining", 3, {"run_eagerly": True}),
        ("pretraining", 7, {"jit_compile": True}),
        ("ctc", 3, {"jit_compile": False}),
    ],
)
def test_parts_make_the_update_of_the_large_batch(task, parts, settings, whole):
    wanted, large = whole(task)
    found, model = _train(task, parts, **settings)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name] == pytest.approx(value, rel=1e-5, abs=1e-7), name
    for one, other in zip(large.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-5)
    assert int(model.optimizer.iterations) == int(large.optimizer.iterations) == 2


def test_means_of_the_parts_would_not_be_the_large_batch():
    make, data = TASKS["pretraining"]
    model = make()
    rows = [{k: v[i : i + 1] for k, v in data.items()} for i in range(7)]
    mean = np.mean([float(model.compute_losses(row)["loss"]) for row in rows])
    assert abs(mean - float(model.compute_losses(data)["loss"])) > 1e-2


def test_the_first_look_at_the_parts_sees_the_dropout_of_the_second():
    model = pretraining(**SMALLEST, **UNDROPPED, quantizer_dropout=0.3)
    model.compile(optimizer=keras.optimizers.SGD(0.1), micro_batches=3, run_eagerly=True)
    seen, quantize = [], model.quantizer.call
    model.quantizer.call = lambda features, *more: (
        seen.append(features.numpy()) or quantize(features, *more)
    )
    model.train_on_batch(INPUTS)
    assert len(seen) == 6  # three parts, twice
    for first, second in zip(seen[:3], seen[3:], strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(seen[0] == 0, seen[1] == 0)


def test_rows_of_zeros_fill_up_the_last_part():
    split = micro_batches.split({"x": tf.range(1, 6), "y": tf.ones((5, 2))}, 2)
    np.testing.assert_array_equal(split["x"], [[1, 2, 3], [4, 5, 0]])
    assert split["y"].shape == (2, 3, 2) and not split["y"][1, 2].numpy().any()


def test_a_saved_model_keeps_its_parts_and_its_optimizer(tmp_path):
    _, model = _train("ctc", 3, run_eagerly=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.micro_batches == 3
    assert int(loaded.optimizer.iterations) == 2


def test_a_count_of_parts_that_is_none_is_refused():
    with pytest.raises(UserError, match="micro_batches must be an integer of at least 1, got 0"):
        ctc().compile(optimizer="sgd", micro_batches=0)
