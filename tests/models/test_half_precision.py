"""float16 and bfloat16: what needs the range or the digits of float32 computes in it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from small_models import LAYOUTS, SMALLEST, UNDROPPED, clips, ctc, labels, pretraining

from keras_w2v2.layers import attention
from keras_w2v2.layers.feature_encoder import FeatureConvolution
from keras_w2v2.layers.first_convolution import GroupNormConvolution
from keras_w2v2.layers.quantizer import GumbelProductQuantizer
from keras_w2v2.objectives.contrastive import unit_vectors
from keras_w2v2.objectives.ctc import ctc_loss
from keras_w2v2.objectives.penalty import feature_energy

BATCH = clips(1000, 700)
LOUD = 300.0  # its square overflows float16


def _noise(*shape, dtype="float16"):
    return (LOUD * np.random.default_rng(0).standard_normal(shape)).astype(dtype)


def test_the_norm_of_large_values_does_not_overflow():
    layer = FeatureConvolution(64, 1, 1, layer_norm=True, dtype="mixed_float16")
    layer.build((None, None, 64))
    normed = np.asarray(layer.norm(_noise(2, 5, 64)), "float32")
    np.testing.assert_allclose(normed.mean(axis=-1), 0, atol=2e-3)
    np.testing.assert_allclose(normed.std(axis=-1), 1, atol=2e-3)


def test_the_norm_over_time_of_a_loud_waveform_does_not_overflow():
    layer = GroupNormConvolution(8, 10, 5, dtype="mixed_float16")
    layer.build()
    waveform, mask = _noise(1, 600, dtype="float32"), np.ones((1, 119), bool)
    found = np.asarray(layer(waveform, mask), "float32")
    twin = GroupNormConvolution(8, 10, 5)
    twin.build()
    twin.set_weights(layer.get_weights())
    np.testing.assert_allclose(found, twin(waveform, mask), atol=1e-2)


def test_the_softmax_of_attention_is_in_float32(monkeypatch):
    seen, softmax = [], ops.softmax
    monkeypatch.setattr(attention.ops, "softmax", lambda x: seen.append(x.dtype) or softmax(x))
    layer = attention.SelfAttention(2, dtype="mixed_float16")
    layer(_noise(2, 7, 8) / LOUD, np.zeros((2, 1, 1, 7), "float32"))
    assert seen == ["float32"]


def test_gumbel_sampling_is_in_float32():
    layer = GumbelProductQuantizer(2, 320, 8, dtype="mixed_float16")
    noise = np.random.default_rng(1).gumbel(size=(1, 4, 2, 320)).astype("float32")
    found = layer(_noise(1, 4, 16) / LOUD, ops.convert_to_tensor(2.0), noise)
    assert found["probabilities"].dtype == found["quantized"].dtype == "float32"
    np.testing.assert_allclose(ops.sum(found["probabilities"], -1), 1, atol=1e-6)


def test_cosines_and_the_feature_penalty_of_large_values_do_not_overflow():
    x = _noise(2, 5, 64)
    np.testing.assert_allclose(np.linalg.norm(unit_vectors(x), axis=-1), 1, rtol=1e-5)
    energy, _ = feature_energy(x, np.ones((2, 5), bool))
    assert float(energy) == pytest.approx(np.square(x.astype("float64")).sum(), rel=1e-5)


def test_a_ctc_loss_beyond_the_range_of_float16_is_finite():
    logits = np.zeros((1, 10, 3), "float16")
    logits[..., 1] = 2e4  # the label is the other symbol
    found = ctc_loss(logits, np.array([[2] * 5]), np.array([5]), np.array([10]))
    # Ten frames, none of them the symbol 1.
    assert float(found[0]) == pytest.approx(2e5, rel=1e-3)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_float16_pretraining_scales_its_loss_and_trains_every_weight(layout):
    model = pretraining(**SMALLEST, **LAYOUTS[layout], dtype="mixed_float16")
    model.compile(optimizer=keras.optimizers.AdamW(1e-3), run_eagerly=True)
    before = [w.copy() for w in model.get_weights()]
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    for _ in range(2):
        figures = model.train_on_batch(BATCH, return_dict=True)
    assert np.isfinite(list(figures.values())).all()
    weights = zip(model.weights, before, model.get_weights(), strict=True)
    assert [v.path for v, old, new in weights if np.array_equal(old, new)] == []
    assert {v.dtype for v in model.trainable_variables} == {"float32"}


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_losses_and_gradients_are_close_to_those_of_float32(precision):
    found = {}
    for dtype in ("float32", precision):
        model = pretraining(**SMALLEST, **UNDROPPED, quantizer_dropout=0.0, dtype=dtype)
        model.compile(optimizer=keras.optimizers.SGD(0.0), run_eagerly=True)
        found[dtype] = model.train_on_batch(BATCH, return_dict=True)
    wanted, found = found.values()
    rough = 0.01 if precision == "mixed_float16" else 0.05
    assert found["loss"] == pytest.approx(wanted["loss"], rel=rough)
    assert found["gradient_norm"] == pytest.approx(wanted["gradient_norm"], rel=10 * rough)


@pytest.mark.parametrize("parts", [1, 2])
def test_an_update_that_overflows_is_left_out_but_counted(parts):
    model = ctc(**SMALLEST, dtype="mixed_float16")
    optimizer = keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(0.1), initial_scale=2.0**60
    )
    model.compile(optimizer=optimizer, run_eagerly=True, micro_batches=parts)
    model.optimizer.build(model.trainable_variables)
    before = model.get_weights()
    data = (BATCH, labels([2, 3], [4, 4]))
    figures = model.fit(tf.data.Dataset.from_tensors(data), verbose=0).history
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)
    assert float(optimizer.dynamic_scale) == 2.0**59
    # The data have moved on, and so do rate, temperature and progress.
    assert int(optimizer.iterations) == 1
    assert all(np.isfinite(values).all() for values in figures.values())
