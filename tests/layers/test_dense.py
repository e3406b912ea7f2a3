import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_w2v2.layers.dense import Dense

X = np.random.default_rng(0).normal(size=(3, 50, 6)).astype("float32")


def _gradients(layer, x, jit_compile):
    @tf.function(jit_compile=jit_compile)
    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(tf.sin(y))
        return y, tape.gradient(loss, [x, *layer.trainable_variables])

    return both(tf.constant(x))


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("settings", [{"use_bias": False}, {}, {"activation": "tanh"}])
@pytest.mark.parametrize("x", [X, X[0]], ids=["frames", "rows"])
def test_output_and_gradients_are_those_of_keras(x, settings, jit_compile):
    mine, theirs = Dense(5, **settings), keras.layers.Dense(5, **settings)
    mine.build(x.shape)
    theirs.build(x.shape)
    theirs.set_weights(mine.get_weights())
    found, expected = _gradients(mine, x, jit_compile), _gradients(theirs, x, False)
    tf.nest.map_structure(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4), found, expected
    )


def test_the_shape_survives_an_unknown_batch_and_length():
    layer = Dense(5)
    layer.build((None, None, 6))
    step = tf.function(layer, input_signature=[tf.TensorSpec([None, None, 6])])
    np.testing.assert_allclose(step(X), layer(X), atol=1e-6)
    assert step.get_concrete_function().output_shapes.as_list() == [None, None, 5]


def test_a_layer_comes_back_from_its_configuration():
    layer = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Dense(5)))
    assert type(layer) is Dense and layer.units == 5


def test_the_bias_of_a_half_precision_layer_gets_its_gradient_in_float32():
    layer = Dense(5, dtype="mixed_bfloat16")
    layer.build(X.shape)
    _, (_, kernel, bias) = _gradients(layer, X, False)
    assert kernel.dtype == bias.dtype == tf.float32
