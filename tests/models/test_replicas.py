"""Two devices compute the losses of one."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import DROPPED, SMALLEST, UNDROPPED, clips, ctc, labels, pretraining

from keras_w2v2.models import replicas

INPUTS = clips(1000, 700, 900, 845, 600, 1000, 500)
TARGETS = labels([2, 3], [4, 4], [3], [2], [2, 1, 4], [1], [4, 3])
TASKS = {
    "pretraining": (pretraining, {"quantizer_dropout": 0.2}, INPUTS),
    "ctc": (ctc, {}, (INPUTS, TARGETS)),
}


def _train(task, count, strategy, recompute=False, **compile_settings):
    make, own, data = TASKS[task]
    data = tf.nest.map_structure(lambda rows: rows[:count], data)
    with strategy.scope():
        model = make(**SMALLEST, **DROPPED, **own, recompute=recompute)
        model.compile(optimizer=keras.optimizers.SGD(0.05), **compile_settings)
        # Otherwise TensorFlow traces the first update twice, because it makes variables.
        model.optimizer.build(model.trainable_variables)
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(4)
    return model.fit(dataset, epochs=2, verbose=0).history, model.get_weights()


@pytest.mark.parametrize(
    ("task", "count", "settings"),
    [
        ("pretraining", 7, {}),  # two devices take 2 and 2, then 2 and 1
        ("ctc", 5, {"micro_batches": 2}),  # in parts of 1, at last 1 and none
    ],
)
def test_two_devices_train_as_one_with_unequal_batches(task, count, settings, two_devices):
    one, recompute = tf.distribute.get_strategy(), bool(settings)
    wanted, weights = _train(task, count, one, run_eagerly=True)
    found, others = _train(task, count, two_devices, recompute, jit_compile=False, **settings)
    assert found.keys() == wanted.keys()
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5, err_msg=name)
    for one, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-3, atol=1e-5)


def test_an_overflow_on_one_device_is_left_out_on_all(two_devices):
    inputs = {"waveform": INPUTS["waveform"][:2], "length": np.array([0, 700], "int32")}
    with two_devices.scope():
        model = ctc(**SMALLEST, **UNDROPPED, dtype="mixed_float16")
        sgd = keras.optimizers.SGD(0.1)
        optimizer = keras.optimizers.LossScaleOptimizer(sgd, initial_scale=2.0**60)
        model.compile(optimizer=optimizer, jit_compile=False)
        optimizer.build(model.trainable_variables)
    before = model.get_weights()
    # The clip of length 0 has no loss: on the first device gradients are 0, on the second inf.
    dataset = tf.data.Dataset.from_tensor_slices((inputs, labels([], [4, 4]))).batch(2)
    model.fit(dataset, verbose=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)
    assert float(optimizer.dynamic_scale.numpy()) == 2.0**59


def test_rows_are_counted_over_all_replicas(two_devices):
    @tf.function
    def rows():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        return replicas.global_rows(tf.where(tf.equal(replica, 0), 3, 2))

    found = two_devices.experimental_local_results(two_devices.run(rows))
    assert [list(x.numpy()) for x in found] == [[0, 1, 2], [3, 4]]


def test_outside_a_strategy_rows_start_at_0():
    assert list(replicas.global_rows(3).numpy()) == [0, 1, 2]
    assert replicas.replica_count() == 1
    assert replicas.sum_over_replicas({"x": 2.0}) == {"x": 2.0}


def test_the_gradient_norm_is_that_of_all_gradients_together():
    gradients = [tf.constant([3.0]), None, tf.constant([[4.0, 12.0]])]
    assert float(replicas.global_gradient_norm(gradients)) == pytest.approx(13.0)


def test_the_gradient_norm_is_exact_for_gradients_of_any_size():
    rng = np.random.default_rng(0)
    gradients = [
        tf.constant(rng.normal(size=n), tf.float32) for n in ((3, 5), (256, 512), (300, 301), (8,))
    ]
    flat = np.concatenate([np.ravel(gradient) for gradient in gradients]).astype("float64")
    found = replicas.global_gradient_norm([*gradients, None])
    np.testing.assert_allclose(found, np.linalg.norm(flat), rtol=1e-6)
