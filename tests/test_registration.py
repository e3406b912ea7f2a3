"""A saved model is found by a process that only imported the project."""

import subprocess
import sys

import pytest

from keras_w2v2 import Wav2Vec2ForPreTraining

SMALL = {
    "conv_filters": (8,) * 7,
    "hidden_dim": 16,
    "num_layers": 1,
    "num_heads": 2,
    "intermediate_dim": 32,
    "position_kernel": 8,
    "position_groups": 2,
}


@pytest.mark.parametrize(
    "imports",
    [
        "import keras, keras_w2v2",
        "import keras_w2v2, keras",
        "import keras; from keras_w2v2 import Wav2Vec2ForCTC",
        "from keras_w2v2.data import audio; import keras",
        "from keras_w2v2 import Vocabulary; import keras",
    ],
)
def test_importing_the_project_is_enough_to_load_a_saved_model(imports, tmp_path):
    Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny", **SMALL).save(tmp_path / "model.keras")
    code = f"{imports}; print(type(keras.models.load_model('model.keras')).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.strip() == "Wav2Vec2ForPreTraining", done.stderr[-500:]


@pytest.mark.parametrize(
    "module", ["text.normalizer", "layers.dropout", "objectives.ctc", "models.ctc", "metrics"]
)
def test_every_part_can_be_the_first_that_is_imported(module):
    code = f"import keras_w2v2.{module}; from keras_w2v2 import Wav2Vec2ForCTC"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]


def test_the_command_line_starts_without_keras():
    code = "import sys, keras_w2v2.cli; print('keras' in sys.modules, 'tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"], done.stderr[-500:]
