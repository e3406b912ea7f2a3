"""Pre-training that starts from the weights of another one."""

import numpy as np
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training import initial_model
from keras_w2v2.training.configuration.schema import PretrainConfig
from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs.run_folder import RunFolder, load_model


@pytest.fixture(scope="module")
def earlier(tiny_pretraining, tones, tmp_path_factory):
    """A finished run that had settings of its own."""
    folder = tmp_path_factory.mktemp("earlier") / "run"
    settings = ["model.diversity_weight=0.3", "model.layer_drop=0.4"]
    pretrain(tiny_pretraining, tones, folder, settings=settings, progress=Quiet)
    return folder


def refusal(*arguments, **more):
    with pytest.raises(UserError) as error:
        pretrain(*arguments, progress=Quiet, **more)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("settings", "layer_drop", "diversity_weight"),
    [
        (["model.diversity_weight=0.2"], 0.2, 0.2),  # all of it the configuration's
        (["model.preset=null", "model.layer_drop=null"], 0.4, 0.3),
    ],
)
def test_weights_come_from_the_checkpoint_and_the_rest_where_the_configuration_leaves_it(
    settings, layer_drop, diversity_weight, earlier, tiny_pretraining
):
    config = PretrainConfig.of(tiny_pretraining, settings)
    model, checkpoint = initial_model.pretraining(config, earlier), load_model(earlier)
    for one, other in zip(model.get_weights(), checkpoint.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert model.backbone.get_config()["layer_drop"] == layer_drop
    assert model.get_config()["diversity_weight"] == diversity_weight


def test_a_run_goes_on_from_the_checkpoint_and_says_so(earlier, tiny_pretraining, tones, tmp_path):
    out, standing = RunFolder(tmp_path / "run"), ["optimizer.peak_rate=1e-9"]
    pretrain(tiny_pretraining, tones, out.path, init=earlier, settings=standing, progress=Quiet)
    for one, other in zip(
        load_model(out.path).get_weights(), load_model(earlier).get_weights(), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert out.config()["inputs"]["init"] == str(earlier)
    assert [row["updates"] for row in out.metrics()] == [2, 4, 6]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("model.hidden_dim=32", "hidden_dim is 16 there, 32 in the configuration"),
        ("model.codebook_size=9", "codebook_size is 8 there, 9 in the configuration"),
    ],
)
def test_another_architecture_is_refused_before_training(
    setting, says, earlier, tiny_pretraining, tones, tmp_path
):
    told = {"init": earlier, "settings": [setting]}
    message = refusal(tiny_pretraining, tones, tmp_path / "run", **told)
    assert says in message and "set model.preset=null and leave these keys out" in message
    assert not (tmp_path / "run").exists()


def test_a_recogniser_is_no_start(tiny_pretraining, finetuned_run, tones, tmp_path):
    message = refusal(tiny_pretraining, tones, tmp_path / "run", init=finetuned_run.path)
    assert "is a recogniser" in message and "give the run of pre-training" in message
    assert not (tmp_path / "run").exists()


def test_without_architecture_and_start_both_are_named(tiny_pretraining, tones, tmp_path):
    settings = ["model.preset=null"]
    message = refusal(tiny_pretraining, tones, tmp_path / "run", settings=settings)
    assert "--set model.preset=wav2vec2_tiny" in message and "--init RUN" in message
