"""The optimizer that updates in place makes the updates of Keras' own."""

import keras
import numpy as np
import pytest

from keras_w2v2.training.in_place_adamw import InPlaceAdamW

SETTINGS = {"weight_decay": 0.1, "beta_2": 0.98, "epsilon": 1e-6, "global_clipnorm": 1.0}


def weights_after(optimizer, updates=5, compiled=False, undecayed=()):
    """Returns two weights after updates with the same gradients, run as a graph."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    weights = [keras.Variable(rng.normal(size=s).astype("float32")) for s in [(4, 3), (5,)]]
    slopes = [rng.normal(size=(updates, *w.shape)).astype("float32") for w in weights]
    optimizer.build(weights)
    optimizer.exclude_from_weight_decay(var_list=[weights[i] for i in undecayed])

    @tf.function(jit_compile=compiled)
    def update(i):
        optimizer.apply([tf.gather(s, i) for s in slopes], weights)

    for i in range(updates):
        update(tf.constant(i))
    return [np.asarray(w) for w in weights]


@pytest.mark.parametrize("undecayed", [(), (1,)])
@pytest.mark.parametrize("compiled", [False, True])
def test_makes_the_updates_of_keras(compiled, undecayed):
    rate = keras.optimizers.schedules.PolynomialDecay(0.1, 10)
    ours = weights_after(InPlaceAdamW(rate, **SETTINGS), compiled=compiled, undecayed=undecayed)
    theirs = weights_after(keras.optimizers.AdamW(rate, **SETTINGS), undecayed=undecayed)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-6, atol=2e-7)


def test_averages_and_accumulates_as_keras():
    settings = SETTINGS | {"use_ema": True, "ema_momentum": 0.5, "gradient_accumulation_steps": 2}
    optimizers = [kind(0.1, **settings) for kind in (InPlaceAdamW, keras.optimizers.AdamW)]
    for a, b in zip(*map(weights_after, optimizers), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-6, atol=2e-7)
    for a, b in zip(*(o.variables for o in optimizers), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=2e-6, atol=2e-7)


def test_amsgrad_is_keras_own():
    settings = SETTINGS | {"amsgrad": True}
    ours, theirs = InPlaceAdamW(0.1, **settings), keras.optimizers.AdamW(0.1, **settings)
    for a, b in zip(weights_after(ours), weights_after(theirs), strict=True):
        np.testing.assert_array_equal(a, b)


def what_it_waits_for(operation):
    found, open_ones = set(), [operation]
    while open_ones:
        one = open_ones.pop()
        before = {*one.control_inputs, *(tensor.op for tensor in one.inputs)} - found
        found |= before
        open_ones += before
    return found


def test_one_weight_waits_for_the_other():
    """What makes the temporary arrays of one weight the only ones."""
    import tensorflow as tf

    weights = [keras.Variable(np.ones(3, "float32")) for _ in range(3)]
    optimizer = InPlaceAdamW(0.1)
    optimizer.build(weights)
    graph = tf.function(lambda: optimizer.apply([w * 2 for w in weights], weights))
    nodes = graph.get_concrete_function().graph.get_operations()
    updates = [node for node in nodes if node.type == "ResourceApplyAdam"]
    assert len(updates) == 3
    for before, after in zip(updates, updates[1:], strict=False):
        assert before in what_it_waits_for(after)
