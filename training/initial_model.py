"""The model with which a run starts: random weights, or those of another run."""

from keras_w2v2.errors import UserError

# What decides the weights of pre-training's own layers; its other settings rule the losses alone.
PRETRAINING_LAYERS = ("num_codebooks", "codebook_size", "code_dim", "projection_dim")


def pretraining(config, init=None):
    """Builds the pre-training model of a configuration.

    With `init`, masks, weights of the losses and dropouts are still the configuration's; where it
    names no preset, those that it leaves out are the checkpoint's.

    Args:
        config: PretrainConfig.
        init: path of a run of pre-training, .keras file or Hugging Face folder whose weights to
            start from, the quantizer's and projections' too; or None for random weights.

    Returns:
        Wav2Vec2ForPreTraining, not compiled.

    Raises:
        UserError: no start is named, or `init` is no model of pre-training or has another
            architecture than the configuration.
    """
    from keras_w2v2 import Wav2Vec2ForPreTraining

    named, own = config.model.preset, config.model.overrides()
    keras_settings = {"seed": config.seed, "dtype": config.dtype_policy()}
    if init is None:
        if named is None:
            raise UserError(
                "pre-training needs a start: name an architecture with "
                "--set model.preset=wav2vec2_tiny, or give --init RUN"
            )
        return Wav2Vec2ForPreTraining.from_preset(named, **own, **keras_settings)
    pretrained = _load(init)
    if not isinstance(pretrained, Wav2Vec2ForPreTraining):
        raise UserError(
            f"--init '{init}' is a recogniser, which has lost the quantizer of its pre-training: "
            "give the run of pre-training"
        )
    there = _settings(pretrained)
    if named is None:
        named, own = "wav2vec2_base", there | own  # which leaves nothing of the preset
    model = Wav2Vec2ForPreTraining.from_preset(named, **own, **keras_settings)
    architecture = {name: there[name] for name in (*_shapes(), *PRETRAINING_LAYERS)}
    mend = "set model.preset=null and leave these keys out"
    _require_same(_settings(model), architecture, init, mend)
    model.set_weights(pretrained.get_weights())
    return model


def ctc(config, vocabulary, init=None):
    """Builds the CTC model of a configuration.

    Dropouts come from the configuration, not from the checkpoint (as fairseq resets them). A
    checkpoint that already reads with the same vocabulary gives its head too.

    Args:
        config: FinetuneConfig.
        vocabulary: Vocabulary.
        init: path of a run, .keras file or Hugging Face folder, or None for random weights.

    Returns:
        Wav2Vec2ForCTC, not compiled.

    Raises:
        UserError: no start is named, or `init` has another architecture than the configuration.
    """
    from keras_w2v2 import Wav2Vec2Backbone, Wav2Vec2ForCTC, presets
    from keras_w2v2.models.backbone_settings import REGULARISATION
    from keras_w2v2.models.settings import fields

    named, own = config.model.preset, config.model.overrides()
    text = {"vocabulary": vocabulary, "normalizer": config.text_normalizer()}
    keras_settings = {"seed": config.seed, "dtype": config.dtype_policy()}
    if init is None:
        if named is None:
            raise UserError(
                "fine-tuning needs a start: give --init RUN (a pre-trained run, .keras file or "
                "Hugging Face folder), or --set model.preset=wav2vec2_tiny for random weights"
            )
        return Wav2Vec2ForCTC.from_preset(named, **text, **own, **keras_settings)
    pretrained = _load(init)
    architecture = {name: pretrained.backbone.get_config()[name] for name in _shapes()}
    wanted = (presets.preset(named) if named else {}) | own
    mend = "leave out model.preset" if named else "leave these keys out"
    _require_same(wanted, architecture, init, mend)
    names = fields(Wav2Vec2Backbone)
    free = {k: v for k, v in own.items() if k in REGULARISATION or k not in names}
    model = Wav2Vec2ForCTC.from_backbone(pretrained.backbone, **text, **free, **keras_settings)
    if getattr(pretrained, "vocabulary", None) == vocabulary:
        model.head.set_weights(pretrained.head.get_weights())
    return model


def _load(init):
    from keras_w2v2.training.runs import run_folder

    try:
        return run_folder.load_model(init)
    except UserError as error:
        raise UserError(f"--init: {error}") from error


def _settings(model):
    """Returns the settings of a task model and its backbone, without the seed (dict)."""
    from keras_w2v2.models.settings import fields

    settings = model.backbone.get_config() | model.get_config()
    names = {*fields(type(model.backbone)), *fields(type(model))} - {"seed"}
    return {name: settings[name] for name in names}


def _shapes():
    """Returns the settings of a backbone that decide its weights or its output (list of str)."""
    from keras_w2v2 import Wav2Vec2Backbone
    from keras_w2v2.models.backbone_settings import REGULARISATION
    from keras_w2v2.models.settings import fields

    return [name for name in fields(Wav2Vec2Backbone) if name not in REGULARISATION]


def _require_same(wanted, architecture, init, mend):
    """Refuses a checkpoint of which the configuration wants another architecture."""
    differing = [
        f"{name} is {_shown(value)} there, {_shown(wanted[name])} in the configuration"
        for name, value in architecture.items()
        if name in wanted and _shown(wanted[name]) != _shown(value)
    ]
    if differing:
        raise UserError(
            f"--init '{init}' has another architecture: {'; '.join(differing)}: {mend}, "
            "for the checkpoint says what it is"
        )


def _shown(value):
    return list(value) if isinstance(value, tuple | list) else value
