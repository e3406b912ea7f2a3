"""Sizes of the published architectures, as transformers 5.23 counts them."""

import pytest

from keras_w2v2 import Wav2Vec2ForCTC, Wav2Vec2ForPreTraining

PUBLISHED = [
    ("wav2vec2_base", Wav2Vec2ForPreTraining, 12, 95_044_608),
    ("wav2vec2_base", Wav2Vec2ForCTC, 12, 94_396_320),
    ("wav2vec2_large_lv60", Wav2Vec2ForPreTraining, 24, 317_390_592),
    ("wav2vec2_large_lv60", Wav2Vec2ForCTC, 24, 315_471_520),
]


@pytest.mark.parametrize(("preset", "task", "layers", "count"), PUBLISHED)
def test_presets_have_the_published_number_of_parameters(preset, task, layers, count):
    head = {"vocabulary_size": 32} if task is Wav2Vec2ForCTC else {}
    # Every block is alike: two shallow models tell the size of the deep one.
    one, two = (task.from_preset(preset, num_layers=n, **head).count_params() for n in (1, 2))
    assert one + (layers - 1) * (two - one) == count
