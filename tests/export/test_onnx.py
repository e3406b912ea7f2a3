"""The ONNX file gives what Keras gives, alone and in any padded batch."""

import functools
import json
import sys

import numpy as np
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.export import gate, metadata, runner, verify

pytest.importorskip("tf2onnx", reason="ONNX needs the extra [export]")
onnx = pytest.importorskip("onnx", reason="ONNX needs the extra [export]")
onnxruntime = pytest.importorskip("onnxruntime", reason="ONNX needs the extra [export]")

from keras_w2v2.export import onnx as exporter  # noqa: E402

WIDE = {"conv_filters": (64, 64, 64), "hidden_dim": 64, "intermediate_dim": 256}


ABOUT = {"languages": ["de"], "licence": "CC0-1.0", "training": {"updates": 3}}


@pytest.fixture(scope="module")
def export_of(tmp_path_factory):
    """Function (model) -> (path, row), written once for each."""

    @functools.cache
    def export(model):
        path = tmp_path_factory.mktemp("onnx") / "recogniser.onnx"
        return path, exporter.export(model, path, about=ABOUT)

    return export


@pytest.fixture(scope="module")
def exported(model, export_of):
    return export_of(model)


@pytest.fixture(scope="module")
def sound(base, export_of):
    return export_of(base)[0]


@pytest.fixture(scope="module")
def wide(recognizer):
    return recognizer(**WIDE)


@pytest.fixture(scope="module")
def quantized(wide, tmp_path_factory):
    path = tmp_path_factory.mktemp("int8") / "small.onnx"
    return path, exporter.export(wide, path, "int8")


def noise(*lengths):
    generator = np.random.default_rng(3)
    return [generator.normal(0, 0.1, n).astype("float32") for n in lengths]


def assert_equal(found, wanted):
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


def test_the_row_says_that_keras_agrees(exported):
    row = exported[1]
    assert (row.name, row.variant) == ("recogniser.onnx", "float32")
    assert (row.agreement, row.same_text) == (1.0, 1.0)
    assert row.relative_error < 1e-5


def test_clips_of_any_length_give_the_logits_of_keras(model, exported):
    loaded = runner.load(exported[0])
    # Around one frame (30 samples), and around a whole block of the first layer's sums.
    for clip in noise(30, 31, 39, 644, 645, 646, 1201, 5000, 16_000):
        assert_equal(loaded.logits(clip), verify.keras_logits(model, clip))


def test_a_clip_in_a_padded_batch_gives_what_it_gives_alone(model, exported):
    clips = noise(1900, 30, 1201, 16_000)
    for clip, found in zip(clips, runner.load(exported[0]).batch(clips), strict=True):
        assert_equal(found, verify.keras_logits(model, clip))


def test_frames_are_counted_as_everywhere_and_short_clips_have_none(model, exported):
    session = onnxruntime.InferenceSession(str(exported[0]))
    length = np.arange(100, dtype="int32")
    waveform = np.zeros((100, 99), "float32")
    _, found = session.run(None, {"waveform": waveform, "length": length})
    assert found.tolist() == [model.backbone.frames.frames(n) for n in range(100)]
    waveform, length = np.zeros((2, 5), "float32"), np.array([5, 0], "int32")
    logits, found = session.run(None, {"waveform": waveform, "length": length})
    assert (logits.shape, found.tolist()) == ((2, 1, 7), [0, 0])


def test_inputs_and_outputs_have_names_types_and_free_axes(exported):
    session = onnxruntime.InferenceSession(str(exported[0]))
    assert [(i.name, i.type, i.shape) for i in session.get_inputs()] == [
        ("waveform", "tensor(float)", ["batch", "samples"]),
        ("length", "tensor(int32)", ["batch"]),
    ]
    assert [(o.name, o.type, o.shape) for o in session.get_outputs()] == [
        ("logits", "tensor(float)", ["batch", "frames", 7]),
        ("num_frames", "tensor(int32)", ["batch"]),
    ]


def test_the_graph_is_made_of_onnx_own_ops_with_weight_norm_folded(model, exported):
    proto = onnx.load(exported[0])
    onnx.checker.check_model(proto, full_check=True)
    assert [(o.domain, o.version) for o in proto.opset_import] == [("", 18)]
    assert {node.domain for node in proto.graph.node} == {""}
    assert not {"If", "Loop", "Scan", "ThresholdedRelu"} & {n.op_type for n in proto.graph.node}
    shapes = {tuple(tensor.dims) for tensor in proto.graph.initializer}
    position = model.backbone.position
    assert tuple(position.direction.shape) not in shapes
    assert (4, 4, 1, 6) in shapes  # a group of its kernel, as ONNX has it


def test_the_file_describes_itself(model, exported):
    (entry,) = onnx.load(exported[0]).metadata_props
    assert entry.key == "keras_w2v2"
    content, described = metadata.parse(entry.value)
    assert content == metadata.describe(model, "float32", about=ABOUT)
    assert {key: content[key] for key in ABOUT} == ABOUT
    loaded = runner.load(exported[0]).metadata
    assert loaded == described
    assert loaded.vocabulary == model.vocabulary
    assert loaded.signatures == ()


def test_normalization_happens_inside(large, export_of, clips):
    run = runner.load(export_of(large)[0]).logits
    np.testing.assert_allclose(run(clips[0]), run(clips[0] * 7 + 0.3), rtol=1e-3, atol=1e-3)


def test_a_model_without_vocabulary_trained_in_mixed_precision_is_exported(tiny_backbone, tmp_path):
    from keras_w2v2 import Wav2Vec2ForCTC

    mixed = Wav2Vec2ForCTC(tiny_backbone(dtype="mixed_bfloat16"), vocabulary_size=5)
    assert exporter.export(mixed, tmp_path / "mixed.onnx").same_text is None
    twin = Wav2Vec2ForCTC(tiny_backbone(), vocabulary_size=5)
    twin.set_weights(mixed.get_weights())
    assert verify.compare(twin, tmp_path / "mixed.onnx").relative_error < 1e-5


def test_int8_is_smaller_and_close(wide, export_of, quantized):
    path, row = quantized
    assert row.variant == runner.load(path).metadata.variant == "int8"
    full = export_of(wide)[1]
    dense = [layer for layer in wide._flatten_layers() if type(layer).__name__ == "Dense"]
    saved = 3 * sum(np.prod(layer.kernel.shape) for layer in dense) / 1e6
    # What it saves of so small a model, less the names and shapes of its new nodes.
    assert 0.7 * saved < full.megabytes - row.megabytes < saved
    assert 1e-5 < row.relative_error < 0.05
    assert row.agreement > 0.95


def test_int8_quantizes_the_dense_layers_and_nothing_else(wide, quantized):
    graph = onnx.load(quantized[0]).graph
    onnx.checker.check_model(quantized[0])
    dense = [layer for layer in wide._flatten_layers() if type(layer).__name__ == "Dense"]
    types = [node.op_type for node in graph.node]
    assert types.count("MatMulInteger") == len(dense) == 14
    assert not {"ConvInteger", "QLinearConv", "QLinearMatMul"} & set(types)
    eight = onnx.TensorProto.INT8
    weights = [t for t in graph.initializer if t.data_type == eight and len(t.dims) == 2]
    assert sorted(tuple(t.dims) for t in weights) == sorted(tuple(d.kernel.shape) for d in dense)
    assert max(np.abs(onnx.numpy_helper.to_array(t)).max() for t in weights) <= 64


def test_the_gate_passes_both_variants_with_their_figures(wide, export_of, quantized, clips):
    judged = [gate.Clip(clips[0], "AB"), gate.Clip(clips[1])]
    verdict = gate.judge(export_of(wide)[0], wide, judged)
    assert verdict.passes and verdict.variant == "float32"
    assert verdict.relative_error < 1e-5
    assert 10 < verdict.peak_megabytes < 300  # without TensorFlow
    assert set(verdict.real_time_factor) == {"1", "2"}
    verdict = gate.judge(quantized[0], wide, judged, ["character_error_rise=none"])
    assert verdict.passes and verdict.variant == "int8"


def test_the_gate_tells_what_is_wrong_with_a_broken_file(base, sound, clips, tmp_path):
    judged = [gate.Clip(clip) for clip in clips]

    def breaches(change):
        proto = onnx.load(sound)
        content = json.loads(proto.metadata_props[0].value)
        change(proto.graph, content)
        del proto.metadata_props[:]
        onnx.helper.set_model_props(proto, {"keras_w2v2": json.dumps(content)})
        onnx.save(proto, tmp_path / "broken.onnx")
        return gate.judge(tmp_path / "broken.onnx", base, judged).breaches

    def nan(graph, content):
        (head,) = (t for t in graph.initializer if t.name == base.head.kernel.path)
        head.raw_data = np.full(head.dims, np.nan, "float32").tobytes()

    def other_weights(graph, content):
        (head,) = (t for t in graph.initializer if t.name == base.head.kernel.path)
        head.raw_data = (2 * onnx.numpy_helper.to_array(head)).tobytes()

    def tokens(graph, content):
        for place in (content, content["vocabulary"]):
            place["tokens"][3:5] = ["B", "A"]

    assert breaches(lambda graph, content: None) == []
    assert breaches(nan) == ["its logits are not finite: weights are damaged or missing"]
    assert "relative_error is" in breaches(other_weights)[0]
    assert breaches(tokens) == ["another vocabulary: id 3 is 'B', in Keras 'A'"]
    flag = breaches(lambda graph, content: content.update(normalize_waveform=True))
    assert "normalize_waveform is True, in Keras False" in flag[0]


def test_a_wrong_graph_leaves_no_file(base, tmp_path, monkeypatch):
    real = verify.keras_logits
    monkeypatch.setattr(verify, "keras_logits", lambda m, clip: real(m, clip) * 1.01)
    with pytest.raises(verify.ExportError, match="in a padded batch its logits differ from Keras"):
        exporter.export(base, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_an_op_that_onnx_lacks_is_refused_by_name(base, tmp_path, monkeypatch):
    from keras_w2v2.export import onnx_graph

    real = onnx_graph.convert

    def with_a_leftover(model):
        proto = real(model)
        proto.graph.node[0].op_type = "StatefulPartitionedCall"
        return proto

    monkeypatch.setattr(onnx_graph, "convert", with_a_leftover)
    with pytest.raises(verify.ExportError, match="not valid.*StatefulPartitionedCall"):
        exporter.export(base, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_check_that_raises_leaves_the_older_file(base, sound, tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(sound.read_bytes())

    def refuse(partial):
        raise UserError("not good enough")

    with pytest.raises(UserError, match="not good enough"):
        exporter.export(base, path, "int8", check=refuse)
    assert [p.name for p in tmp_path.iterdir()] == ["m.onnx"]
    assert path.read_bytes() == sound.read_bytes()


@pytest.mark.parametrize("library", ["tf2onnx", "onnx", "onnxruntime"])
def test_a_missing_library_is_named_with_its_extra(library, base, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UserError, match=rf"needs {library}: pip install 'keras-w2v2\[export\]'"):
        exporter.export(base, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_running_without_onnxruntime_names_the_extra(sound, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UserError, match=r"needs onnxruntime: pip install 'keras-w2v2\[export\]'"):
        runner.load(sound)


def test_wrong_arguments_get_one_line(base, tiny_backbone, tmp_path, monkeypatch):
    from keras_w2v2 import Wav2Vec2ForPreTraining

    with pytest.raises(UserError, match=r"must be named .onnx, got '.*app': try '.*app.onnx'"):
        exporter.export(base, tmp_path / "app")
    with pytest.raises(UserError, match="'int4' does not exist for ONNX: choose float32 or int8"):
        exporter.export(base, tmp_path / "m.onnx", "int4")
    with pytest.raises(UserError, match="fine-tune"):
        exporter.export(Wav2Vec2ForPreTraining(tiny_backbone()), tmp_path / "m.onnx")
    monkeypatch.setattr(type(base), "count_params", lambda self: 10**9)
    with pytest.raises(UserError, match=r"4.0 GB of weights, an ONNX file holds 2.1"):
        exporter.export(base, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_other_files_get_one_line(sound, tmp_path):
    path = tmp_path / "other.onnx"
    for content in (b"", b"not a model", sound.read_bytes()[:5000]):
        path.write_bytes(content)
        with pytest.raises(UserError, match="is no working ONNX model") as caught:
            runner.load(path)
        assert "\n" not in str(caught.value)
    proto = onnx.load(sound)
    del proto.metadata_props[:]
    onnx.save(proto, path)
    with pytest.raises(UserError, match="is no model that keras-w2v2 exported"):
        runner.load(path)
    onnx.helper.set_model_props(proto, {"keras_w2v2": '{"format": 99}'})
    onnx.save(proto, path)
    with pytest.raises(UserError, match="other.onnx.*update keras-w2v2"):
        runner.load(path)


@pytest.fixture(scope="module")
def files(base, tmp_path_factory):
    """A model and a recording, as a user has them."""
    import soundfile

    folder = tmp_path_factory.mktemp("files")
    base.save(folder / "model.keras")
    soundfile.write(folder / "clip.wav", noise(4000)[0], 16_000)
    return folder


@pytest.mark.parametrize("variant", [(), ("--variant", "int8")])
def test_the_command_line_writes_and_judges(variant, files, tmp_path, capsys):
    from keras_w2v2.cli import main

    model, clip = str(files / "model.keras"), str(files / "clip.wav")
    out = tmp_path / "m.onnx"
    wrote = ["export", "onnx", model, "--out", str(out), *variant, "--gate", clip]
    assert main(wrote) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "m.onnx" in shown.out and (variant or ("float32",))[-1] in shown.out
    assert json.loads((tmp_path / "m.onnx.gate.json").read_text())[0]["passes"]
    assert main(["gate", str(out), "--against", model, "--data", clip]) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--variant", "int4"], "choose float32 or int8"),
        (["--window", "5"], "--window is for tflite: onnx takes any length"),
    ],
)
def test_the_command_line_refuses_what_onnx_has_not(options, words, files, tmp_path, capsys):
    from keras_w2v2.cli import main

    out = tmp_path / "m.onnx"
    assert main(["export", "onnx", str(files / "model.keras"), "--out", str(out), *options]) == 2
    assert words in capsys.readouterr().err
    assert not out.exists()
