"""The transformer block and its layer drop."""

import numpy as np
import pytest
import tensorflow as tf
from harness import check_layer

from keras_w2v2.layers.transformer import TransformerBlock

X = np.random.default_rng(0).normal(size=(2, 7, 8)).astype("float32")
BIAS = np.zeros((2, 1, 1, 7), "float32")


def _block(**kwargs):
    return TransformerBlock(2, 16, name="block", **kwargs)


@pytest.mark.parametrize("norm_first", [False, True])
def test_the_block_keeps_the_promises_of_a_layer(norm_first, tmp_path):
    options = {"norm_first": norm_first, "dropout": 0.1, "layer_drop": 0.2}
    check_layer(lambda **kw: _block(**options, **kw), [X, BIAS], tmp_path)


def test_post_norm_ends_in_a_norm_and_pre_norm_in_a_sum():
    after = np.asarray(_block()(X, BIAS))
    np.testing.assert_allclose(after.mean(axis=-1), 0, atol=1e-5)
    np.testing.assert_allclose(after.std(axis=-1), 1, atol=1e-3)
    before = _block(norm_first=True)
    before.build(X.shape)
    for weight in before.outer.weights + before.attention.output_projection.weights:
        weight.assign(tf.zeros_like(weight))
    # Nothing is added, so the input comes out as it went in, not normalised.
    np.testing.assert_array_equal(before(X, BIAS), X)


def test_norms_use_epsilon_1e_5():
    block = _block()
    assert block.attention_norm.epsilon == block.output_norm.epsilon == 1e-5


def test_with_layer_drop_near_1_training_passes_the_input_through():
    block = _block(layer_drop=0.999999)
    np.testing.assert_array_equal(block(X, BIAS, training=True), X)


def test_inference_never_drops_a_block():
    block = _block(layer_drop=0.999999)
    twin = _block()
    twin.build(X.shape)
    found = block(X, BIAS)
    twin.set_weights(block.get_weights())
    np.testing.assert_array_equal(found, twin(X, BIAS))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_layer_drop_is_drawn_anew_at_each_call_of_a_traced_function(jit_compile):
    block = _block(layer_drop=0.5)
    step = tf.function(lambda x: block(x, BIAS, training=True), jit_compile=jit_compile)
    passed = [bool(np.array_equal(step(X), X)) for _ in range(40)]
    # Fewer than 8 or more than 32 of 40 fair draws: 4 standard deviations.
    assert 8 <= sum(passed) <= 32


def test_a_dropped_block_has_no_gradient():
    block = _block(layer_drop=0.999999)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(block(X, BIAS, training=True)))
    assert not any(np.asarray(g).any() for g in tape.gradient(loss, block.trainable_variables))


def test_a_block_that_may_drop_hands_its_weights_to_the_backward_pass_uncopied():
    """What comes out of the condition is kept; a weight must go around it."""
    block = _block(layer_drop=0.5)
    block.build(X.shape)

    @tf.function
    def gradients(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(block(x, BIAS, training=True))
        return tape.gradient(loss, block.trainable_variables)

    graph = gradients.get_concrete_function(X).graph
    conditions = [op for op in graph.get_operations() if op.type in ("If", "StatelessIf")]
    forward, backward = conditions
    assert not any(tensor.dtype == tf.resource for tensor in forward.inputs)
    kernels = {layer.kernel.shape for layer in (block.inner, block.outer, block.attention.query)}
    uncopied = [t for t in backward.inputs if t.op.type == "Identity" and tuple(t.shape) in kernels]
    assert len(uncopied) == 6  # of the two dense layers and of attention's four
