"""The cost model against published runs, and what a plan refuses."""

import math
import re

import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training.configuration import recipe_file
from keras_w2v2.training.planning import weightless
from keras_w2v2.training.planning.cost_model import Architecture
from keras_w2v2.training.planning.plan import plan


def _architecture(**settings):
    from keras_w2v2 import Wav2Vec2ForPreTraining

    return Architecture.of(
        weightless.build(lambda: Wav2Vec2ForPreTraining.from_preset("wav2vec2_base", **settings))
    )


def test_products_of_a_known_network_are_counted():
    # Ten seconds through BASE: 499 frames.
    convolutions = [(31999, 10, 1), (15999, 3, 512), (7999, 3, 512), (3999, 3, 512)]
    convolutions += [(1999, 3, 512), (999, 2, 512), (499, 2, 512)]
    wanted = sum(2 * frames * 512 * kernel * channels for frames, kernel, channels in convolutions)
    block = 2 * (4 * 768 * 768 + 2 * 768 * 3072) + 2 * 2 * 499 * 768
    wanted += 499 * (12 * block + 2 * 512 * 768 + 2 * 128 * 48 * 768)
    head = 499 * (2 * 512 * 640 + 2 * 2 * 320 * 128 + 2 * 768 * 256 + 2 * 256 * 256)
    found = _architecture(layer_drop=0.0).clip_flops(10.0)
    assert found == pytest.approx(3 * (wanted + head), rel=1e-9)


def test_a_dropped_block_costs_nothing_and_a_recomputed_one_a_third_more():
    plain = _architecture(layer_drop=0.0)
    assert _architecture(layer_drop=0.5).clip_flops(5.0) < 0.7 * plain.clip_flops(5.0)
    again = _architecture(layer_drop=0.0, recompute=True)
    assert 1.2 < again.clip_flops(5.0) / plain.clip_flops(5.0) < 4 / 3
    assert again.clip_activations(15.0, 4) < plain.clip_activations(15.0, 4) / 2.5


@pytest.mark.parametrize(
    ("recipe", "gpus", "device", "published"),
    [
        ("wav2vec2_base", 8, "a100", 48.0),  # NVIDIA DeepLearningExamples
        ("wav2vec2_base", 64, "v100", 24 * 1.6),  # Baevski et al. 2020
        ("wav2vec2_large_lv60", 128, "v100", 24 * 2.3),  # as many updates; not calibrated with
    ],
)
def test_expected_hours_are_those_of_published_runs(recipe, gpus, device, published):
    found = plan(recipe, hours=960, gpus=gpus, device=device)
    assert found.hours == pytest.approx(published, rel=0.06)


def test_the_devices_share_the_audio_of_an_update():
    alone, eight = (plan("wav2vec2_base", hours=960, gpus=gpus) for gpus in (1, 8))
    assert (alone.accumulation, eight.accumulation) == (64, 8)
    assert alone.update_seconds == eight.update_seconds == 64 * 87.5
    assert alone.hours == pytest.approx(8 * eight.hours)
    assert eight.epochs == pytest.approx(400_000 * 64 * 87.5 / 3600 / 960)


def test_storage_is_that_of_16_bits_and_of_weights_with_their_optimizer():
    found = plan("wav2vec2_base", hours=960)
    assert found.shard_bytes == 960 * 3600 * 16_000 * 2
    assert found.run_bytes == 3 * 95_044_608 * 12 + 95_044_608 * 4
    averaged = plan("wav2vec2_base", hours=960, settings=["optimizer.ema_momentum=0.999"])
    assert averaged.run_bytes == 3 * 95_044_608 * 16 + 95_044_608 * 4


def test_a_device_that_is_too_small_is_told():
    large = ["data.batch_seconds=600", "mixed_precision=null"]
    found = plan("wav2vec2_large_lv60", hours=960, device="v100", settings=large)
    assert not found.fits
    assert any("TOO MUCH" in remark for _, _, remark in found.rows())


@pytest.mark.parametrize("name", recipe_file.packaged_recipes())
def test_the_hours_in_a_recipe_are_those_of_its_plan(name):
    text = recipe_file.find(name).read_text(encoding="utf-8")
    told = re.search(r"([\d.]+) on(?: one|\n# (\d+)| (\d+)) A100 \(`keras-w2v2 plan`", text)
    if told is None:
        assert "plan`" not in text
        return
    family = [f for f in ("wav2vec2_base", "wav2vec2_large_lv60", "xls_r_300m") if f in name]
    settings = [f"model.preset={family[0]}"] if family else []
    found = plan(name, hours=1, gpus=int(told[2] or told[3] or 1), settings=settings)
    assert found.hours == pytest.approx(float(told[1]), rel=0.1, abs=0.6)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"recipe": "wav2vec2_bas"}, "did you mean 'wav2vec2_base'?"),
        ({"device": "a10"}, "no device 'a10', did you mean 'a100'?"),
        ({"gpus": 0}, "gpus is 0: give at least 1"),
        ({"hours": 0.0}, "hours is 0: give the hours of audio"),
        ({"hours": math.inf}, "hours is inf"),
        ({"recipe": "wav2vec2_base_10h"}, "--set model.preset=wav2vec2_base"),
        ({"settings": ["model.num_heads=7"]}, "hidden_dim (768) must be a multiple of num_heads"),
        (
            {"settings": ["data.max_seconds=0.01", "data.min_seconds=0"]},
            "data.max_seconds is 0.01: a typical clip would have 0.01 s, less than the 0.025 s",
        ),
        ({"settings": ["optimizer.updatess=7"]}, "did you mean 'optimizer.updates'?"),
    ],
)
def test_what_cannot_be_planned_is_said_in_one_line(arguments, says):
    with pytest.raises(UserError) as error:
        plan(**({"recipe": "wav2vec2_base", "hours": 960} | arguments))
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_recipe_whose_task_is_none_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_text("task: [pretrain]\n")
    with pytest.raises(UserError, match="has no task: write task: pretrain or task: finetune"):
        plan(tmp_path / "mine.yaml", hours=1)
