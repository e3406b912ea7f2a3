import numpy as np
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training.convert import convert
from keras_w2v2.training.runs.run_folder import load_model


@pytest.fixture(scope="module")
def ours(tiny, tmp_path_factory):
    from keras_w2v2 import Vocabulary, Wav2Vec2ForCTC

    fields = {name: value for name, value in tiny.items() if name != "preset"}
    model = Wav2Vec2ForCTC.from_preset(
        "wav2vec2_tiny", vocabulary=Vocabulary(["<pad>", "|", "A"]), **fields
    )
    path = tmp_path_factory.mktemp("ours") / "model.keras"
    model.save(path)
    return path


def test_weights_survive_the_way_to_hugging_face_and_back(ours, tmp_path):
    assert "-> Hugging Face" in convert(ours, tmp_path / "folder")
    assert convert(tmp_path / "folder", tmp_path / "back.keras").startswith("Hugging Face")
    for before, after in zip(
        load_model(ours).weights, load_model(tmp_path / "back.keras").weights, strict=True
    ):
        np.testing.assert_allclose(before, after, atol=1e-6)


def test_what_exists_is_not_replaced(ours, tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(UserError, match="exists already"):
        convert(ours, tmp_path / "taken")
