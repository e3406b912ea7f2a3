"""compile, fit, evaluate and predict, as a Keras user calls them."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import SMALLEST, UNDROPPED, clips, ctc, labels, pretraining

INPUTS = clips(1000, 700, 900, 845, 600)
TARGETS = labels([2, 3], [4, 4], [3], [2], [2, 1, 4])
PRETRAINING_FIGURES = {
    *("loss", "contrastive_loss", "diversity_loss", "feature_penalty", "accuracy"),
    *("code_perplexity", "prob_perplexity", "temperature", "masked_share"),
}
CTC_FIGURES = {
    *("loss", "blank_rate", "character_error_rate", "word_error_rate", "impossible_labels"),
}
UNMASKED = {"mask_prob": 0.0, "mask_channel_prob": 0.0}
TASKS = {
    # model, data, figures of training, of evaluation, part of the first loss that is left
    "pretraining": (pretraining, INPUTS, PRETRAINING_FIGURES | {"gradient_norm"}, 0.95),
    "ctc": (ctc, (INPUTS, TARGETS), CTC_FIGURES, 0.8),
}


def _model(task, optimizer, **compile_settings):
    make, data, figures, remaining = TASKS[task]
    model = make(**SMALLEST, **UNDROPPED, **(UNMASKED if task == "ctc" else {}))
    model.compile(optimizer=optimizer, **compile_settings)
    # Otherwise TensorFlow traces the first update twice, because it makes variables.
    model.optimizer.build(model.trainable_variables)
    return model, data, figures, remaining


@pytest.mark.parametrize("task", TASKS)
def test_fit_learns_evaluate_and_predict_run_with_an_unequal_last_batch(task):
    model, data, figures, remaining = _model(task, keras.optimizers.Adam(5e-3), jit_compile=False)
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(2)  # 2, 2 and 1 clips
    history = model.fit(dataset, epochs=15, verbose=0).history
    assert set(history) == figures
    assert history["loss"][-1] < remaining * history["loss"][0]
    evaluated = model.evaluate(dataset, verbose=0, return_dict=True)
    assert set(evaluated) == figures - {"gradient_norm"}
    assert np.isfinite(list(evaluated.values())).all()
    predicted = model.predict(dataset, verbose=0)
    predicted = predicted["hidden"] if task == "pretraining" else predicted
    assert predicted.shape[:2] == (5, model.backbone.frames.frames(1000))
    assert np.isfinite(predicted).all()


@pytest.mark.parametrize("task", TASKS)
def test_a_compiled_update_is_the_plain_one(task):
    losses, weights = [], []
    for settings in ({"jit_compile": True}, {"run_eagerly": True}):
        model, data, _, _ = _model(task, keras.optimizers.SGD(0.1), **settings)
        dataset = tf.data.Dataset.from_tensors(data).repeat(2)
        losses.append(model.fit(dataset, verbose=0).history["loss"])
        weights.append(model.get_weights())
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    for compiled, plain in zip(*weights, strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-3, atol=1e-5)


def test_predict_takes_inputs_alone():
    model, (inputs, _), _, _ = _model("ctc", "sgd", run_eagerly=True)
    dataset = tf.data.Dataset.from_tensors(inputs)
    np.testing.assert_allclose(model.predict(dataset, verbose=0), model(inputs), atol=1e-5)
