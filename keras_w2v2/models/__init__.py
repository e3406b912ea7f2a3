"""The backbone and one file for each task model.

Importing the folder registers all of them, so that `keras.models.load_model` finds each, and
what a recogniser carries of `text`, which knows nothing of Keras.
"""

import keras

from keras_w2v2.models.backbone import Wav2Vec2Backbone
from keras_w2v2.models.ctc import Wav2Vec2ForCTC
from keras_w2v2.models.pretraining import Wav2Vec2ForPreTraining
from keras_w2v2.text import TextNormalizer, Vocabulary

for _carried in (TextNormalizer, Vocabulary):
    keras.saving.register_keras_serializable(package="keras_w2v2")(_carried)

__all__ = ["Wav2Vec2Backbone", "Wav2Vec2ForCTC", "Wav2Vec2ForPreTraining"]
