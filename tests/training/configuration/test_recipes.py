"""The packaged recipes: published numbers, documented, and their models build."""

import math
import re

import pytest

from keras_w2v2.training.configuration import recipe_file
from keras_w2v2.training.configuration.schema import FinetuneConfig, PretrainConfig
from keras_w2v2.training.planning import weightless

RATE = 16_000
CONFIGS = {"pretrain": PretrainConfig, "finetune": FinetuneConfig}
OPENINGS = ("# Source: ", "# Expected: ", "# Hours: ")

# fairseq 3d262bb; LARGE's rate, updates and warm-up from fairseq2. Samples a GPU, GPUs, longest
# and shortest crop in samples, updates, peak rate, warm-up.
PRETRAINING = {
    "wav2vec2_base": (1_400_000, 64, 250_000, 32_000, 400_000, 5e-4, 32_000),
    "wav2vec2_large_lv60": (1_200_000, 128, 320_000, 32_000, 250_000, 3e-4, 20_000),
}
# The same, of the model: diversity, feature penalty, layers, width, inner, heads, projection,
# dropout, attention, activation, input, features, layer drop, gradient scale, last temperature.
PRETRAINED_MODEL = {
    "wav2vec2_base": (0.1, 10, 12, 768, 3072, 12, 256, 0.1, 0.1, 0, 0.1, 0.1, 0.05, 0.1, 0.5),
    "wav2vec2_large_lv60": (0.1, 0, 24, 1024, 4096, 16, 768, 0, 0, 0, 0, 0, 0, 1.0, 0.1),
}
MODEL_FIELDS = (
    *("diversity_weight", "feature_penalty_weight", "num_layers", "hidden_dim"),
    *("intermediate_dim", "num_heads", "projection_dim", "dropout", "attention_dropout"),
    *("activation_dropout", "input_dropout", "quantizer_dropout", "layer_drop"),
    *("feature_grad_mult", "gumbel_end"),
)
# fairseq 3d262bb. Updates, peak rate, mask, channel mask, layer drop, updates with a frozen
# transformer, GPUs x accumulation, samples a GPU.
FINETUNING = {
    "wav2vec2_base_10min": (13_000, 5e-5, 0.65, 0.25, 0.1, 10_000, 2 * 4, 3_200_000),
    "wav2vec2_base_1h": (13_000, 5e-5, 0.65, 0.25, 0.1, 10_000, 2 * 4, 3_200_000),
    "wav2vec2_base_10h": (20_000, 5e-5, 0.65, 0.5, 0.05, 10_000, 2 * 4, 3_200_000),
    "wav2vec2_base_100h": (80_000, 3e-5, 0.65, 0.5, 0.1, 0, 2 * 4, 3_200_000),
    "wav2vec2_base_960h": (320_000, 1e-4, 0.5, 0.1, 0.1, 0, 8 * 1, 3_200_000),
    "wav2vec2_large_lv60_10min": (13_000, 1e-4, 0.65, 0.25, 0.1, 10_000, 4 * 5, 1_280_000),
    "wav2vec2_large_lv60_1h": (13_000, 3e-4, 0.75, 0.25, 0.1, 10_000, 4 * 5, 1_280_000),
    "wav2vec2_large_lv60_10h": (20_000, 1e-4, 0.75, 0.25, 0.1, 10_000, 4 * 5, 1_280_000),
    "wav2vec2_large_lv60_100h": (80_000, 3e-5, 0.5, 0.5, 0.1, 10_000, 4 * 5, 1_280_000),
    "wav2vec2_large_lv60_960h": (320_000, 3e-5, 0.5, 0.25, 0.1, 10_000, 24 * 1, 1_280_000),
    "xls_r_300m_finetune": (13_000, 3e-4, 0.75, 0.25, 0.1, 10_000, 4 * 5, 1_280_000),
}


def load(name):
    """The configuration of a packaged recipe."""
    return CONFIGS[recipe_file.read(recipe_file.find(name))["task"]].load(name)


@pytest.fixture(scope="module")
def models():
    """Task models of recipes, without values, each built once."""
    built = {}

    def model(name):
        if name not in built:
            built[name] = weightless.build(lambda: _make(name))
        return built[name]

    return model


def _make(name):
    from keras_w2v2 import Wav2Vec2ForCTC, Wav2Vec2ForPreTraining

    config = load(name)
    own = config.model.overrides() | {"dtype": config.dtype_policy(), "seed": config.seed}
    if config.task == "pretrain":
        return Wav2Vec2ForPreTraining.from_preset(config.model.preset, **own)
    # A fine-tuning recipe takes the architecture that --init names.
    published = ("wav2vec2_large_lv60", "wav2vec2_base", "xls_r_300m")
    named = [preset for preset in published if name.startswith(preset)]
    preset = config.model.preset or (named or ["wav2vec2_tiny"])[0]
    return Wav2Vec2ForCTC.from_preset(preset, vocabulary_size=32, **own)


@pytest.mark.parametrize("name", recipe_file.packaged_recipes())
def test_a_recipe_opens_with_source_expected_numbers_hours_and_its_command(name):
    path = recipe_file.find(name)
    config = load(name)
    opening = path.read_text(encoding="utf-8").split("\n\n")[0]
    assert [part for part in OPENINGS if part not in opening] == []
    assert re.search(r"# Hours: (about )?[\d.]+ ", opening)
    assert f"#   keras-w2v2 {config.task} {name} --data " in opening


@pytest.mark.parametrize("name", recipe_file.packaged_recipes())
def test_the_model_of_a_recipe_builds_with_every_value_that_the_recipe_gives(name, models):
    model, given = models(name), load(name).model.overrides()
    settings = model.backbone.get_config() | model.get_config()
    assert {k: settings[k] for k in given} == given
    assert model.built and model.count_params() > 1_000_000


@pytest.mark.parametrize("name", PRETRAINING)
def test_pretraining_recipes_have_the_published_batch_and_rate(name):
    samples, gpus, longest, shortest, updates, rate, warmup = PRETRAINING[name]
    config = load(name)
    data, optimizer = config.data, config.optimizer
    assert data.batch_seconds * RATE == samples
    assert optimizer.gradient_accumulation == gpus
    assert (data.max_seconds * RATE, data.min_seconds * RATE) == (longest, shortest)
    assert (optimizer.updates, optimizer.peak_rate, optimizer.warmup_updates) == (
        *(updates, rate, warmup),
    )
    adam = (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon, optimizer.weight_decay)
    assert adam == (0.9, 0.98, 1e-6, 0.01)
    assert optimizer.clip_norm is None


@pytest.mark.parametrize("name", PRETRAINED_MODEL)
def test_pretraining_recipes_have_the_published_model(name, models):
    model = models(name)
    settings = model.backbone.get_config() | model.get_config()
    assert tuple(settings[field] for field in MODEL_FIELDS) == PRETRAINED_MODEL[name]
    masks = ("mask_prob", "mask_span", "mask_min_spans", "num_distractors", "logit_temperature")
    assert tuple(settings[field] for field in masks) == (0.65, 10, 2, 100, 0.1)
    layer_norm = name.endswith("lv60")
    assert settings["normalize_waveform"] == settings["norm_first"] == layer_norm
    assert settings["conv_bias"] == layer_norm


def test_the_peak_rate_of_large_is_not_the_one_at_which_runs_collapse():
    assert load("wav2vec2_large_lv60").optimizer.peak_rate == 3e-4


@pytest.mark.parametrize("name", FINETUNING)
def test_finetuning_recipes_have_the_published_values(name, models):
    updates, rate, mask, channels, layer_drop, frozen, batches, samples = FINETUNING[name]
    config = load(name)
    optimizer, settings = config.optimizer, config.model
    assert (optimizer.updates, optimizer.peak_rate) == (updates, rate)
    assert (settings.mask_prob, settings.mask_channel_prob) == (mask, channels)
    assert (settings.layer_drop, settings.freeze_transformer_updates) == (layer_drop, frozen)
    assert optimizer.gradient_accumulation == batches
    assert config.data.batch_seconds * RATE == samples
    stages = (optimizer.warmup_fraction, optimizer.hold_fraction)
    assert stages == (0.1, 0.4)
    assert (optimizer.initial_scale, optimizer.final_scale) == (0.01, 0.05)
    assert (optimizer.epsilon, optimizer.weight_decay, optimizer.beta_2) == (1e-8, 0, 0.98)
    built = models(name)
    own = built.get_config()
    assert (own["mask_channel_span"], own["freeze_feature_encoder"]) == (64, True)
    assert built.backbone.get_config()["activation_dropout"] == 0.1


def test_a_small_recipe_takes_the_rate_of_its_batch():
    small, published = load("small_gpu_pretrain").optimizer, load("wav2vec2_base").optimizer
    share = small.gradient_accumulation / published.gradient_accumulation
    assert small.peak_rate == pytest.approx(published.peak_rate * math.sqrt(share), rel=0.03)
