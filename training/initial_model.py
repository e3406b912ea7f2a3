"""The model with which fine-tuning starts: a pre-trained backbone under a new head."""

from keras_w2v2.errors import UserError


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
    from keras_w2v2 import Wav2Vec2Backbone, Wav2Vec2ForCTC
    from keras_w2v2.models.backbone_settings import REGULARISATION
    from keras_w2v2.models.settings import fields

    overrides = config.model.overrides()
    dtype = config.dtype_policy()
    text = {"vocabulary": vocabulary, "normalizer": config.text_normalizer()}
    if init is None:
        if config.model.preset is None:
            raise UserError(
                "fine-tuning needs a start: give --init RUN (a pre-trained run, .keras file or "
                "Hugging Face folder), or --set model.preset=wav2vec2_tiny for random weights"
            )
        return Wav2Vec2ForCTC.from_preset(
            config.model.preset,
            **text,
            **overrides,
            seed=config.seed,
            dtype=dtype,
        )
    pretrained = _load(init)
    names = fields(Wav2Vec2Backbone)
    inherited = {name: pretrained.backbone.get_config()[name] for name in names}
    _require_same_architecture(config, overrides, inherited, init)
    own = {k: v for k, v in overrides.items() if k in REGULARISATION or k not in names}
    model = Wav2Vec2ForCTC.from_backbone(
        pretrained.backbone, **text, **own, seed=config.seed, dtype=dtype
    )
    if getattr(pretrained, "vocabulary", None) == vocabulary:
        model.head.set_weights(pretrained.head.get_weights())
    return model


def _load(init):
    from keras_w2v2.training.runs import run_folder

    try:
        return run_folder.load_model(init)
    except UserError as error:
        raise UserError(f"--init: {error}") from error


def _require_same_architecture(config, overrides, inherited, init):
    from keras_w2v2 import presets
    from keras_w2v2.models.backbone_settings import REGULARISATION

    wanted = presets.preset(config.model.preset) if config.model.preset else {}
    wanted = {k: v for k, v in (wanted | overrides).items() if k in inherited}
    differing = [
        f"{name} is {_shown(inherited[name])} there, {_shown(value)} in the configuration"
        for name, value in wanted.items()
        if name not in REGULARISATION and _shown(inherited[name]) != _shown(value)
    ]
    if differing:
        mend = "leave out model.preset" if config.model.preset else "leave these keys out"
        raise UserError(
            f"--init '{init}' has another architecture: {'; '.join(differing)}: {mend}, "
            "for the checkpoint says what it is"
        )


def _shown(value):
    return list(value) if isinstance(value, tuple | list) else value
