import functools
import json
import zipfile

import numpy as np
import pytest

from keras_w2v2.decoding import greedy
from keras_w2v2.errors import UserError
from keras_w2v2.export import bundle, runner, tflite, tflite_file, verify

WINDOWS = (0.06, 0.12)  # seconds
SAMPLES = 1920  # of the longer one


@pytest.fixture(scope="module")
def export_of(tmp_path_factory):
    """Function (model, variant, windows) -> (path, row), written once for each."""

    @functools.cache
    def export(model, variant="float32", windows=WINDOWS):
        path = tmp_path_factory.mktemp("phone") / "recogniser.tflite"
        return path, tflite.export(model, path, variant, windows)

    return export


@pytest.fixture(scope="module")
def exported(model, export_of):
    return export_of(model)


@pytest.fixture(scope="module")
def wide(recognizer):
    """A recogniser whose weights make most of its file."""
    return recognizer(conv_filters=(64, 64, 64), hidden_dim=64, intermediate_dim=4096)


def test_the_float32_file_gives_the_logits_of_keras(exported):
    row = exported[1]
    assert row.relative_error < 1e-5
    assert (row.variant, row.agreement, row.same_text) == ("float32", 1.0, 1.0)


def test_a_clip_in_a_padded_window_gives_what_it_gives_alone(model, exported, clips):
    for clip in clips:
        wanted = verify.keras_logits(model, clip)
        found = runner.load(exported[0]).logits(clip)
        assert found.shape == wanted.shape
        assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


def test_it_has_a_signature_of_fixed_shapes_for_each_window(exported):
    run = runner.interpreter_class()(model_path=str(exported[0]))
    assert sorted(run.get_signature_list()) == ["window_0.06s", "window_0.12s"]
    signature = run.get_signature_runner("window_0.12s")
    inputs = {
        k: (v["shape"].tolist(), v["dtype"]) for k, v in signature.get_input_details().items()
    }
    assert inputs == {"waveform": ([1, SAMPLES], np.float32), "num_samples": ([1], np.int32)}
    outputs = {k: v["shape"].tolist() for k, v in signature.get_output_details().items()}
    assert outputs == {"logits": [1, 95, 7], "token_ids": [1, 95], "num_frames": [1]}


def test_every_window_gives_a_short_clip_the_same_logits(model, exported, clips):
    loaded = runner.load(exported[0])
    clip = clips[0][:900]
    wanted = verify.keras_logits(model, clip)
    for signature in loaded.metadata.signatures:
        found = loaded.run(clip, signature)["logits"]
        assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


def test_token_ids_are_the_collapsed_best_path(model, exported, clips):
    loaded = runner.load(exported[0])
    for clip in clips:
        found = loaded.run(clip[:SAMPLES])
        symbols = greedy.collapse(found["logits"], model.blank)
        assert found["token_ids"] == [symbol.id for symbol in symbols]
        assert found["token_ids"]


def test_it_is_made_of_built_in_ops_with_weight_norm_folded(model, exported):
    flat = exported[0].read_bytes()
    found = tflite_file.operators(flat)
    assert "CONV_2D" in found and "GELU" in found
    assert not [name for name in found if name.startswith("custom:") or "VAR" in name]
    assert "SQRT" not in found  # the norm of the positional kernel
    assert model.count_params() * 4 <= len(flat)


def test_the_file_describes_itself_to_any_zip_reader(model, exported):
    with zipfile.ZipFile(exported[0]) as archive:
        content = json.loads(archive.read("metadata.json"))
        assert json.loads(archive.read("vocab.json"))["Ü"] == 5
    assert (content["sample_rate"], content["blank"]) == (16000, 0)
    assert content["signatures"][-1] == {"name": "window_0.12s", "samples": SAMPLES, "frames": 95}
    assert content["normalize_waveform"] == model.backbone.normalize_waveform
    described = bundle.read(exported[0]).metadata
    assert described.frames == model.backbone.frames
    assert described.vocabulary == model.vocabulary


def test_the_same_model_gives_the_same_bytes(base, export_of, tmp_path):
    tflite.export(base, tmp_path / "again.tflite", "float32", WINDOWS, check=lambda path: None)
    assert (tmp_path / "again.tflite").read_bytes() == export_of(base)[0].read_bytes()


def test_int8_is_smaller_and_close(wide, export_of):
    pytest.importorskip("ai_edge_quantizer", reason="int8 needs the extra [export]")
    full, (path, small) = export_of(wide)[1], export_of(wide, "int8")
    assert small.variant == bundle.read(path).metadata.variant == "int8"
    assert small.megabytes < 0.3 * full.megabytes
    # int8 differs between processor families: a loose bound that wrong scales would break.
    assert small.relative_error < 0.2


def test_int8_without_its_extra_names_it(base, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ai_edge_quantizer", None)
    with pytest.raises(UserError, match=r"keras-w2v2\[export\]"):
        tflite.export(base, tmp_path / "m.tflite", variant="int8", windows=WINDOWS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"variant": "int5"}, "float32, float16, int8, int4"),
        ({"windows": [1.0, 0.001]}, "window"),
        ({"windows": [1e6]}, "window"),
        ({"windows": ["ten"]}, "number"),
        ({"windows": [float("nan")]}, "number"),
        ({"windows": []}, "at least one window"),
        ({"variant": "int8-full"}, "needs clips"),
    ],
)
def test_wrong_arguments_get_one_line(base, tmp_path, wrong, words):
    with pytest.raises(UserError, match=words):
        tflite.export(base, tmp_path / "m.tflite", **({"variant": "float32"} | wrong))


def test_a_file_of_another_name_is_refused(base, tmp_path):
    with pytest.raises(UserError, match=r"must be named .tflite, got '.*app': try '.*app.tflite'"):
        tflite.export(base, tmp_path / "app")


def test_a_wrong_graph_leaves_no_file(base, tmp_path, monkeypatch):
    real = verify.keras_logits
    monkeypatch.setattr(verify, "keras_logits", lambda m, clip: real(m, clip) * 1.01)
    with pytest.raises(verify.ExportError, match="differ from Keras"):
        tflite.export(base, tmp_path / "m.tflite", "float32", WINDOWS)
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_its_weights_is_refused(exported):
    flat = exported[0].read_bytes()
    with pytest.raises(verify.ExportError, match="missing"):
        tflite_file.require_sound(flat, parameter_bytes=10 * len(flat))


def test_long_clips_run_in_overlapping_windows(exported):
    run = runner.load(exported[0])
    clip = np.random.default_rng(2).normal(0, 0.1, 5000).astype("float32")
    frames = run.metadata.frames
    assert run.logits(clip).shape == (frames.frames(5000), 7)


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x05\x06" + bytes(18)])
def test_other_files_get_one_line(tmp_path, content):
    path = tmp_path / "other.tflite"
    path.write_bytes(content)
    with pytest.raises(UserError, match="not_a_model"):
        runner.load(path)
    with pytest.raises(UserError, match="give a .tflite file"):
        runner.load(tmp_path / "nowhere.tflite")


def test_a_changed_model_is_noticed(base, recognizer, export_of, clips):
    file, other = export_of(base)[0], recognizer()
    other.head.bias.assign(other.head.bias + np.eye(7)[3] * 5)
    row = verify.compare(other, file, clips)
    assert row.max_error == pytest.approx(5, abs=0.01)
    with pytest.raises(verify.ExportError):
        verify.require_equal(other, file, clips)
    with pytest.raises(UserError, match="no clip"):
        verify.compare(base, file, [np.zeros(5, "float32")])


def test_a_window_that_is_not_there_is_refused_with_those_that_are(exported):
    with pytest.raises(UserError, match=r"no window of 3 s: choose one of 0.06s, 0.12s"):
        runner.load(exported[0], window=3.0)


def test_weights_and_scales_are_in_the_file_once_for_all_windows(recognizer, tmp_path):
    pytest.importorskip("ai_edge_quantizer", reason="int8 needs the extra [export]")
    model = recognizer(
        conv_filters=(16,) * 7,
        conv_kernels=(10, 3, 3, 3, 3, 2, 2),
        conv_strides=(5, 2, 2, 2, 2, 2, 2),
        hidden_dim=128,
        intermediate_dim=4096,
    )

    def size(windows):
        path = tmp_path / "m.tflite"
        return tflite.export(model, path, "int8", windows, check=lambda file: file.stat().st_size)

    one, four = size(tflite.WINDOWS[:1]), size(tflite.WINDOWS)
    assert 1e6 < one < four < 1.15 * one


def test_float16_is_half_the_size_and_close(wide, export_of):
    pytest.importorskip("ai_edge_quantizer", reason="float16 needs the extra [export]")
    whole, half = export_of(wide)[1], export_of(wide, "float16")[1]
    assert half.megabytes < 0.55 * whole.megabytes
    assert half.relative_error < 5e-4
    assert half.agreement == half.same_text == 1.0


@pytest.mark.parametrize("variant", ["int4", "int8-full"])
def test_the_other_quantized_variants_run(wide, tmp_path, clips, variant):
    pytest.importorskip("ai_edge_quantizer", reason="needs the extra [export]")
    row = tflite.export(wide, tmp_path / "m.tflite", variant, WINDOWS, clips=clips)
    assert row.variant == variant
    assert np.isfinite(row.relative_error)
