"""The model that a finished run leaves: weights in float32, averaged if asked, no optimizer."""

from keras_w2v2.interop import atomic


def save(model, path, measure=None):
    """Writes a .keras file, whole or not at all: the last thing that a run does.

    The file holds a copy without the optimizer (two thirds of a checkpoint) and with the plain
    float32 policy, whatever the run computed in, so that it can be exported as it is.

    Args:
        model: Wav2Vec2ForPreTraining or Wav2Vec2ForCTC.
        path: path of the file.
        measure: function of the copy, called before it is written, or None: what it leaves is
            there for every run that has a final model.
    """
    final = plain_copy(model)
    if measure is not None:
        measure(final)
    with atomic.file(path) as partial:
        final.save(partial)


def plain_copy(model):
    """Returns the same model with the same weights, float32, not compiled."""
    from keras_w2v2 import Wav2Vec2Backbone
    from keras_w2v2.models.settings import fields

    backbone = Wav2Vec2Backbone(**_settings(model.backbone, fields), name="backbone")
    copy = type(model)(backbone, **_settings(model, fields))
    copy.set_weights(model.get_weights())
    return copy


def _settings(model, fields):
    config = model.get_config()
    return {name: config[name] for name in fields(type(model))}
