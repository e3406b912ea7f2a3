"""Optimizer EMA: the final model has averaged weights, and a restart is exact."""

import numpy as np
import pytest
import tensorflow as tf

from keras_w2v2 import Wav2Vec2ForPreTraining
from keras_w2v2.training import fitting, optimizers
from keras_w2v2.training.configuration.schema import PretrainConfig
from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs import final_model, run_folder

AVERAGED = ["optimizer.ema_momentum=0.5"]


@pytest.fixture
def averaged(tiny_pretraining):
    return PretrainConfig.of(tiny_pretraining, AVERAGED)


def _weights(model):
    return [np.array(v) for v in model.trainable_variables]


def test_the_final_model_is_the_average_of_the_weights_after_each_update(averaged, tmp_path):
    model = Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny", **averaged.model.overrides())
    model.compile(optimizer=optimizers.pretraining(averaged.optimizer), run_eagerly=True)
    waveform = np.random.default_rng(0).normal(0, 0.1, (2, 8000)).astype("float32")
    batch = {"waveform": waveform, "length": np.full(2, 8000, "int32")}
    seen = []
    for _ in range(3):  # three calls of fit, as in a run that carries on
        model.fit(tf.data.Dataset.from_tensors(batch), verbose=0)
        seen.append(_weights(model))
    wanted = [0.25 * one + 0.25 * two + 0.5 * three for one, two, three in zip(*seen, strict=True)]
    optimizers.put_average(model)
    final_model.save(model, tmp_path / "model.keras")
    found = _weights(run_folder.load_model(tmp_path / "model.keras"))
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert any(not np.array_equal(one, last) for one, last in zip(found, seen[-1], strict=True))


def test_a_run_that_was_stopped_ends_with_the_same_averages(averaged, tones, tmp_path):
    said = []

    class Heard(Quiet):
        def note(self, message):
            said.append(message)

    class Stop(Quiet):
        def update(self, done, **figures):
            if done >= 4:
                raise KeyboardInterrupt

    whole = pretrain(averaged, tones, tmp_path / "whole", progress=Heard)
    with pytest.raises(fitting.Stopped):
        pretrain(averaged, tones, tmp_path / "halves", progress=Stop)
    halves = pretrain(averaged, tones, tmp_path / "halves", progress=Quiet)
    for one, other in zip(_weights(whole), _weights(halves), strict=True):
        np.testing.assert_array_equal(one, other)
    assert said == [optimizers.doubt(averaged.optimizer)]


def test_an_average_that_reaches_back_to_the_first_update_is_told_of(averaged):
    message = optimizers.doubt(averaged.optimizer)
    assert message.startswith("the first update's weights are 2% of the average")  # 0.5 ** 6
    assert message.endswith("leave it out of a run this short")
    long = averaged.optimizer.model_copy(update={"updates": 1800, "ema_momentum": 0.999})
    assert "are 17% of" in optimizers.doubt(long) and optimizers.doubt(long).endswith("give 0.99")
    assert optimizers.doubt(long.model_copy(update={"ema_momentum": 0.99})) is None
    longer = long.model_copy(update={"updates": 10_000, "ema_momentum": 0.9999})
    assert optimizers.doubt(longer).endswith("give 0.998")
    assert optimizers.doubt(long.model_copy(update={"ema_momentum": None})) is None
