import numpy as np
import pytest

from keras_w2v2.text import Vocabulary
from keras_w2v2.training import checkpoints, initial_model, optimizers
from keras_w2v2.training.configuration import FinetuneConfig


@pytest.fixture(scope="module")
def model(tiny):
    """A recogniser with a frozen feature encoder, as after three updates."""
    config = FinetuneConfig.load({"model": tiny})
    model = initial_model.ctc(config, Vocabulary(["<pad>", "a"]))
    model.compile(optimizer=optimizers.finetuning(config.optimizer), jit_compile=True)
    model.optimizer.build(model.trainable_variables)
    generator = np.random.default_rng(0)
    for variable in model.optimizer.variables[2:]:
        variable.assign(generator.normal(size=variable.shape))
    model.optimizer.iterations.assign(3)
    for state in model.seed_states():
        state.assign(generator.integers(0, 1000, 2))
    return model


def test_weights_optimizer_and_random_states_come_back(model, tmp_path):
    checkpoints.save(model, tmp_path, 3)
    restored = checkpoints.restore(tmp_path, pytest.fail)
    assert checkpoints.updates_of(restored) == 3
    assert restored.jit_compile is True
    pairs = [
        (model.weights, restored.weights),
        (model.optimizer.variables, restored.optimizer.variables),
        (model.seed_states(), restored.seed_states()),
    ]
    for ours, theirs in pairs:
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_checkpoint_whose_optimizer_is_of_another_update_is_left_out(model, tmp_path):
    checkpoints.save(model, tmp_path, 3)
    (tmp_path / "step-00000003.keras").rename(tmp_path / "step-00000005.keras")
    checkpoints.save(model, tmp_path, 3)
    said = []
    assert checkpoints.updates_of(checkpoints.restore(tmp_path, said.append)) == 3
    assert "its optimizer has had 3 updates" in said[0]


def test_a_save_that_fails_leaves_no_file(model, tmp_path, monkeypatch):
    def fail(path, **_):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(type(model), "save", lambda self, path, **_: fail(path))
    with pytest.raises(KeyboardInterrupt):
        checkpoints.save(model, tmp_path, 4)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    (tmp_path / ".step-00000002.keras.partial-x").mkdir()
    assert checkpoints.restore(tmp_path, pytest.fail) is None
    assert list(tmp_path.iterdir()) == []
