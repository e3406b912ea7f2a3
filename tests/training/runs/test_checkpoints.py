import json
from dataclasses import replace

import numpy as np
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.text import Vocabulary
from keras_w2v2.training import initial_model, optimizers
from keras_w2v2.training.configuration.schema import FinetuneConfig
from keras_w2v2.training.runs import checkpoint_file, checkpoints
from keras_w2v2.training.runs.checkpoint_file import Record

RECIPE = {"seed": 0, "model": {"hidden_dim": 16}}
RECORD = Record(3, 6, RECIPE, {"dev": {"loss": 0.1}}, {"loss": [1.5, 3.0]})


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


@pytest.fixture
def two(model, tmp_path):
    """A folder with checkpoints of updates 2 and 3."""
    model.optimizer.iterations.assign(2)
    checkpoint_file.save(model, tmp_path, replace(RECORD, updates=2))
    model.optimizer.iterations.assign(3)
    checkpoint_file.save(model, tmp_path, RECORD)
    return tmp_path


def restored_from(folder, warn):
    return checkpoint_file.load(checkpoints.found(folder, checkpoints.choose(folder, warn)))


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_weights_optimizer_random_states_and_record_come_back(model, tmp_path):
    checkpoint_file.save(model, tmp_path, RECORD)
    restored, record = restored_from(tmp_path, pytest.fail)
    assert record == RECORD
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


def test_a_record_of_another_update_than_its_name_is_damage(two):
    for suffix in (".keras", ".json"):
        (two / f"step-00000003{suffix}").rename(two / f"step-00000005{suffix}")
    said = []
    _, record = restored_from(two, said.append)
    assert record.updates == 2
    assert "its record is of update 3" in said[0]


@pytest.mark.parametrize("name", ["step-00000003.keras", "step-00000003.json"])
def test_one_flipped_bit_is_found_and_the_checkpoint_before_it_taken(two, name):
    flip_a_bit(two / name)
    said = []
    model, record = restored_from(two, said.append)
    assert record.updates == checkpoints.updates_of(model) == 2
    assert len(said) == 1 and "checksum" in said[0] and "\n" not in said[0]
    assert "set aside as step-00000003.keras.damaged, carrying on from update 2" in said[0]


def test_a_damaged_checkpoint_is_neither_overwritten_nor_deleted(model, two):
    flip_a_bit(two / "step-00000003.keras")
    damaged = (two / "step-00000003.keras").read_bytes()
    checkpoints.choose(two, lambda text: None)
    checkpoint_file.save(model, two, RECORD)
    assert (two / "step-00000003.keras.damaged").read_bytes() == damaged
    assert restored_from(two, pytest.fail)[1] == RECORD


def test_a_missing_record_is_damage(two):
    (two / "step-00000003.json").unlink()
    said = []
    assert restored_from(two, said.append)[1].updates == 2
    assert "its record step-00000003.json is missing" in said[0]


def test_without_a_whole_checkpoint_the_user_is_told_and_nothing_is_touched(two):
    for _, path in checkpoints.listed(two):
        flip_a_bit(path)
    before = {path.name: path.read_bytes() for path in two.iterdir()}
    for _ in range(2):
        with pytest.raises(UserError, match="remove .* to start the run anew"):
            restored_from(two, pytest.fail)
    assert {path.name: path.read_bytes() for path in two.iterdir()} == before


def test_a_worker_that_does_not_see_the_checkpoint_is_told_to_share_the_folder(two):
    with pytest.raises(UserError, match="one folder that all workers share"):
        checkpoints.found(two, 4)


def test_a_checkpoint_of_a_later_format_is_refused_by_number(model, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint_file, "FORMAT_VERSION", 2)
    checkpoint_file.save(model, tmp_path, RECORD)
    monkeypatch.undo()
    with pytest.raises(UserError, match="has format version 2, this program reads 1"):
        restored_from(tmp_path, pytest.fail)


def test_the_record_can_be_read_without_this_program(model, tmp_path):
    path = checkpoint_file.save(model, tmp_path, RECORD)
    content = json.loads(path.with_suffix(".json").read_text().splitlines()[0])
    assert content["recipe"] == RECIPE and content["bytes"] == path.stat().st_size


def test_a_save_that_fails_leaves_no_file(model, tmp_path, monkeypatch):
    def fail(path, **_):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(type(model), "save", lambda self, path, **_: fail(path))
    with pytest.raises(KeyboardInterrupt):
        checkpoint_file.save(model, tmp_path, RECORD)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said_in_one_line(model, tmp_path):
    (tmp_path / "checkpoints").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot write '.*step-00000003.keras'") as error:
        checkpoint_file.save(model, tmp_path / "checkpoints", RECORD)
    assert "\n" not in str(error.value)


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    (tmp_path / ".step-00000002.keras.partial-x").mkdir()
    (tmp_path / "step-00000002.json").write_text("its .keras file never came")
    assert checkpoints.choose(tmp_path, pytest.fail) is None
    assert list(tmp_path.iterdir()) == []


def test_the_running_means_of_half_an_epoch_come_back(model):
    for number, metric in enumerate(model.metrics):
        metric.reset_state()
        metric.update_state(0.1 + number, sample_weight=3)
    means, results = checkpoints.means_of(model), [float(m.result()) for m in model.metrics]
    model.reset_metrics()
    carried = checkpoints.CarriedMeans(json.loads(json.dumps(means)))
    carried.set_model(model)
    carried.on_epoch_begin(0)
    assert [float(m.result()) for m in model.metrics] == results
    model.reset_metrics()
    carried.on_epoch_begin(1)  # the next epoch begins at nothing
    assert not any(float(v.numpy()) for m in model.metrics for v in m.variables)
