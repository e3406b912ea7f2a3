import inspect

import pytest

from keras_w2v2.data import shards
from keras_w2v2.errors import UserError
from keras_w2v2.training.configuration.schema import FinetuneConfig, PretrainConfig


@pytest.fixture
def recipe(tmp_path):
    def write(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(config, *arguments):
    with pytest.raises(UserError) as error:
        config.load(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_without_a_recipe_the_small_one_is_taken():
    assert PretrainConfig.load() == PretrainConfig.load("small_pretrain")
    assert FinetuneConfig.load() == FinetuneConfig.load("small_finetune.yaml")


def test_the_defaults_are_the_published_base_recipe():
    assert PretrainConfig() == PretrainConfig.load(
        "wav2vec2_base",
        ["optimizer.gradient_accumulation=1", "mixed_precision=null"]
        + ["log_every=50", "checkpoint_every=1000"],
    )


def test_a_setting_overrides_the_recipe(recipe):
    path = recipe("optimizer: {updates: 50, warmup_updates: 5}\n")
    config = PretrainConfig.load(path, ["optimizer.peak_rate=5e-3", "model.conv_filters=[8, 8]"])
    assert (config.optimizer.updates, config.optimizer.peak_rate) == (50, 5e-3)
    assert config.model.overrides() == {"conv_filters": (8, 8)}


def test_a_configuration_survives_its_own_yaml():
    config = FinetuneConfig.load("digits_finetune", ["normalizer.drop='.,'"])
    assert FinetuneConfig.load(config.model_dump()) == config


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("optimizer: {peak_rat: 1}", "unknown key 'optimizer.peak_rat', did you mean"),
        ("peak_rate: 1", "unknown key 'peak_rate', did you mean 'optimizer.peak_rate'?"),
        (
            "model: {hiden_dim: 8}",
            "unknown key 'model.hiden_dim', did you mean 'model.hidden_dim'?",
        ),
        (
            "model: {preset: wav2vec2_bas}",
            "no preset 'wav2vec2_bas', did you mean 'wav2vec2_base'?",
        ),
        (
            "optimizer: {updates: many}",
            "'optimizer.updates' should be a valid integer, not 'many' (t",
        ),
        (
            "optimizer: {updates: 0}",
            "'optimizer.updates' should be greater than or equal to 1, not 0",
        ),
        ("optimizer: 3", "'optimizer' should be a section of keys, not 3"),
        ("jit_compile: 1", "'jit_compile' should be a valid boolean, not 1 (whole number)"),
        ("task: train", "'task' should be 'pretrain', not 'train'"),
        ("task: [finetune]", "'task' should be 'pretrain', not ['finetune']"),
        ("data: {min_seconds: 9, max_seconds: 3}", "min_seconds is 9, more than max_seconds 3"),
        ("model: {dropout: 1.0}", "'model.dropout' should be less than 1, not 1.0 (number)"),
        ("data: {augmentation: {speeds: [1, 1.005]}}", "speeds.1: speed 1.005 cannot be played"),
        ("data: {augmentation: {speeds: [0.3]}}", "'data.augmentation.speeds.0' should be greater"),
        ("data: {augmentation: {speeds: []}}", "'data.augmentation.speeds'"),
        ("data: {augmentation: {nois: pink}}", "did you mean 'data.augmentation.noise'?"),
        ("data: {augmentation: {noise: ''}}", "'data.augmentation.noise'"),
        ("data: {augmentation: {noise: 3}}", "'data.augmentation.noise'"),
        (
            "data: {augmentation: {noise_probability: .nan}}",
            "'data.augmentation.noise_probability'",
        ),
        ("data: {augmentation: {noise_snr: [1]}}", "'data.augmentation.noise_snr'"),
        ("data: {augmentation: {noise_snr: [1, .inf]}}", "'data.augmentation.noise_snr.1'"),
        ("data: {augmentation: {noise_snr: [9, 1]}}", "data.augmentation: noise_snr[0] is 9, more"),
        ("- a\n- b", "holds a list: write `key: value` lines (a mapping)"),
        ("a: [1,\nb: 2", "is not YAML, line 2"),
    ],
)
def test_a_wrong_recipe_is_refused_in_one_line_that_names_the_file(recipe, text, says):
    path = recipe(text)
    message = refusal(PretrainConfig, path)
    assert str(path) in message
    assert says in message


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("optimizer.updates=many", "--set 'optimizer.updates=many': 'optimizer.updates' should be"),
        ("optimizer.epsilom=1", "did you mean 'optimizer.epsilon'?"),
        ("optimizer.updates", "write key=value"),
        ("seed.x=1", "'seed' is a value, not a section"),
        ("seed=[1", "the value is not YAML"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(recipe, setting, says):
    assert says in refusal(PretrainConfig, recipe("seed: 1"), [setting])


def test_an_unknown_recipe_names_the_nearest():
    assert "did you mean 'small_pretrain'?" in refusal(PretrainConfig, "smal_pretrain")


def test_noise_that_is_neither_a_kind_nor_shards_is_refused_by_its_key():
    config = FinetuneConfig.load(None, ["data.augmentation.noise=pnik"])
    with pytest.raises(UserError) as error:
        config.data.noise_shards()
    wanted = "data.augmentation.noise is 'pnik', did you mean 'pink'?: give white or pink, or a"
    assert str(error.value).startswith(wanted)


@pytest.mark.parametrize(
    ("config", "own", "other"),
    [(PretrainConfig, "pretrain", "finetune"), (FinetuneConfig, "finetune", "pretrain")],
)
def test_a_recipe_of_the_other_task_names_the_command_that_takes_it(config, own, other):
    message = refusal(config, f"small_{other}")
    assert f"small_{other}.yaml is a recipe of the other task" in message
    assert f"`keras-w2v2 {other}` takes it, not {own}" in message
    assert f"`keras-w2v2 {other}`" in refusal(config, {"task": other})


def test_a_configuration_of_the_other_task_is_refused():
    with pytest.raises(UserError, match="FinetuneConfig given where PretrainConfig"):
        PretrainConfig.of(FinetuneConfig())


@pytest.mark.parametrize(
    ("config", "model"),
    [(PretrainConfig, "Wav2Vec2ForPreTraining"), (FinetuneConfig, "Wav2Vec2ForCTC")],
)
def test_the_model_section_has_every_field_of_the_model(config, model):
    import keras_w2v2

    taken = {*inspect.signature(getattr(keras_w2v2, model)).parameters}
    taken |= {*inspect.signature(keras_w2v2.Wav2Vec2Backbone).parameters}
    section = {*config.model_fields["model"].annotation.model_fields}
    elsewhere = {"backbone", "vocabulary", "vocabulary_size", "blank", "normalizer"}
    elsewhere |= {"seed", "preset", "kwargs", "dtype", "name"}
    assert section - elsewhere == taken - elsewhere


def test_the_normalizer_section_has_every_argument_of_the_normalizer():
    from keras_w2v2.text import TextNormalizer

    section = FinetuneConfig().normalizer.model_dump()
    assert section.keys() == TextNormalizer().get_config().keys()


def test_augmentation_reaches_the_pipeline_and_is_off_by_default():
    assert PretrainConfig.load().data.arguments()["augmentation"] is None
    config = FinetuneConfig.load(None, ["data.augmentation.speeds=[0.9, 1.0]"])
    assert config.data.arguments()["augmentation"].speeds == (0.9, 1.0)
    assert FinetuneConfig.load(config.model_dump()) == config


def test_a_folder_of_noise_is_an_input_of_the_run(tmp_path):
    shards.write_index(tmp_path, [], [], source={"path": "street"}, rejected=[])
    made = PretrainConfig.load(None, ["data.augmentation.noise=pink"])
    recorded = PretrainConfig.load(None, [f"data.augmentation.noise={tmp_path}"])
    assert (made.data.noise_shards(), recorded.data.noise_shards()) == (None, str(tmp_path))


@pytest.mark.parametrize(
    "setting, says",
    [
        ("data.language_alpha=1.5", "data.language_alpha"),
        ("data.augmentation.speeds=[3.0]", "data.augmentation.speeds"),
        ("data.augmentation.noise_snr=[9.0, 2.0]", "noise_snr"),
        ("data.augmentation.nois=white", "unknown key 'data.augmentation.nois'"),
    ],
)
def test_impossible_mixing_and_augmentation_are_refused(setting, says):
    assert says in refusal(PretrainConfig, None, [setting])
