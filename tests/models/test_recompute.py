"""Activation checkpointing: the same figures and the same weights after updates."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import LAYOUTS, SMALLEST, clips, ctc, labels, pretraining

INPUTS = clips(1000, 700)
TARGETS = labels([2, 3], [4, 4])
DROPPED = {"dropout": 0.2, "attention_dropout": 0.2, "activation_dropout": 0.2, "layer_drop": 0.3}


def _train(make, data, compile_settings, **settings):
    model = make(**(SMALLEST | DROPPED | settings))
    model.compile(optimizer=keras.optimizers.SGD(0.1), **compile_settings)
    model.optimizer.build(model.trainable_variables)
    dataset = tf.data.Dataset.from_tensors(data).repeat(3)
    figures = model.fit(dataset, verbose=0).history
    return {name: values[0] for name, values in figures.items()}, model.get_weights()


@pytest.mark.parametrize(
    ("make", "data", "layout", "compile_settings"),
    [
        (pretraining, INPUTS, "base", {"jit_compile": True}),
        (pretraining, INPUTS, "large", {"run_eagerly": True}),
        (ctc, (INPUTS, TARGETS), "large", {"jit_compile": False, "micro_batches": 2}),
    ],
    ids=["pretraining-xla", "pretraining-eager", "ctc-graph-parts"],
)
def test_recomputed_activations_give_the_same_updates(make, data, layout, compile_settings):
    own = LAYOUTS[layout] | ({"freeze_feature_encoder": False} if make is ctc else {})
    plain = compile_settings | {"jit_compile": False, "run_eagerly": True}
    wanted, weights = _train(make, data, plain, **own)
    found, others = _train(make, data, compile_settings, recompute=True, **own)
    assert found == pytest.approx(wanted, rel=1e-5, abs=1e-7)
    for one, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-6)


def test_blocks_and_convolutions_are_computed_once_more_in_the_backward_pass():
    model = pretraining(**SMALLEST, recompute=True)
    calls = []
    for layer in (model.backbone.feature_encoder.blocks[1], model.backbone.blocks[0].inner):
        call = layer.call
        layer.call = lambda x, call=call, name=layer.name, **_: calls.append(name) or call(x)
    with tf.GradientTape() as tape:
        loss = model.compute_losses(INPUTS, training=True)["loss"]
    assert sorted(calls) == ["block_1", "inner"]
    tape.gradient(loss, model.trainable_variables)
    assert sorted(calls) == ["block_1"] * 2 + ["inner"] * 2


def test_a_model_that_recomputes_still_does_when_loaded(tmp_path):
    model = pretraining(**SMALLEST, recompute=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.backbone.get_config()["recompute"] is True
    assert loaded.backbone.blocks[0].recompute and loaded.backbone.feature_encoder.recompute
