"""The backbone and one file for each task model.

Importing the folder registers all of them, so that `keras.models.load_model` finds each.
"""

from keras_w2v2.models.backbone import Wav2Vec2Backbone
from keras_w2v2.models.ctc import Wav2Vec2ForCTC
from keras_w2v2.models.pretraining import Wav2Vec2ForPreTraining

__all__ = ["Wav2Vec2Backbone", "Wav2Vec2ForCTC", "Wav2Vec2ForPreTraining"]
