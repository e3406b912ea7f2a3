"""Gradient accumulation in a run: the batches and the updates of a budget so many times larger."""

import numpy as np

from keras_w2v2.training.configuration.schema import FinetuneConfig, PretrainConfig
from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs.run_folder import RunFolder


def test_two_small_batches_train_as_one_of_twice_the_seconds(tones, tiny_pretraining, tmp_path):
    def train(name, *settings):
        config = PretrainConfig.of(tiny_pretraining, ["optimizer.updates=4", *settings])
        return pretrain(config, tones, tmp_path / name, progress=Quiet)

    large = train("large", "data.batch_seconds=4.0")
    parts = train("parts", "data.batch_seconds=2.0", "optimizer.gradient_accumulation=2")
    for one, other in zip(large.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5)
    lines = [RunFolder(tmp_path / name).metrics() for name in ("large", "parts")]
    assert [[row["updates"] for row in rows] for rows in lines] == [[2, 4]] * 2
    losses = [[row["loss"] for row in rows] for rows in lines]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)


def test_every_part_of_a_batch_is_full():
    sizes = FinetuneConfig.load({"data": {"batch_seconds": 80.0, "max_seconds": 40.0}}).data
    sizes = sizes.arguments(20)
    assert (sizes["batch_seconds"], sizes["batch_multiple"]) == (1600.0, 20)
    assert sizes["max_seconds"] == 40.0
