import functools
import io
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from keras_w2v2.decoding import greedy
from keras_w2v2.errors import UserError
from keras_w2v2.export import graph_audio, metadata, runner, savedmodel, verify, warmup
from keras_w2v2.text import Vocabulary


@pytest.fixture(scope="module")
def export_of(tmp_path_factory):
    """Function (model) -> (folder, row), written once for each."""

    @functools.cache
    def export(model):
        folder = tmp_path_factory.mktemp("server") / "1"
        return folder, savedmodel.export(model, folder)

    return export


@pytest.fixture(scope="module")
def exported(model, export_of):
    return export_of(model)


def test_a_process_with_only_tensorflow_gives_the_logits_and_texts_of_keras(
    base, large, export_of, clips, tmp_path
):
    longest = max(map(len, clips))
    batch = np.stack([np.pad(c, (0, longest - len(c))) for c in clips])
    length = np.array([len(c) for c in clips], "int32")
    np.savez(tmp_path / "in.npz", waveform=batch, length=length)
    folders = [str(export_of(model)[0]) for model in (base, large)]
    script = f"""
        import sys
        sys.modules["keras_w2v2"] = None  # any import of it now fails
        import numpy as np, tensorflow as tf
        clips = {{k: tf.constant(v) for k, v in np.load({str(tmp_path / "in.npz")!r}).items()}}
        for number, folder in enumerate({folders!r}):
            served = tf.saved_model.load(folder).signatures
            found = served["serving_default"](**clips)
            found |= served["transcribe"](**clips)
            np.savez(f"{tmp_path}/{{number}}.npz", **{{k: v.numpy() for k, v in found.items()}})
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "WARNING:" not in ran.stderr.replace("WARNING: All log messages before absl", "")
    for number, model in enumerate((base, large)):
        found = np.load(tmp_path / f"{number}.npz", allow_pickle=True)
        texts = [text.decode() for text in found["text"]]
        for i, clip in enumerate(clips):
            wanted = verify.keras_logits(model, clip)
            assert found["num_frames"][i] == len(wanted)
            difference = np.abs(found["logits"][i, : len(wanted)] - wanted).max()
            assert difference <= 1e-5 * np.abs(wanted).max()
            best = wanted.argmax(-1)
            kept = best[np.append(True, best[1:] != best[:-1])]
            assert texts[i] == model.vocabulary.decode_ids(kept)
        assert any(texts)


def test_the_row_says_that_keras_agrees(exported):
    row = exported[1]
    assert (row.variant, row.agreement, row.same_text) == ("float32", 1.0, 1.0)
    assert row.relative_error < 1e-5


def test_assets_describe_the_model(model, exported):
    described = metadata.of_savedmodel(exported[0])
    assert described.frames == model.backbone.frames
    assert described.vocabulary == model.vocabulary
    assert described.normalizer is None
    assert described.normalize_waveform == model.backbone.normalize_waveform
    assert described.signatures == ()
    assert (exported[0] / "assets" / "vocab.json").is_file()


def test_each_weight_is_stored_once(model, exported):
    names = tf.train.list_variables(str(exported[0] / "variables" / "variables"))
    stored = sum(np.prod(shape) for name, shape in names if not name.startswith("_CHECK"))
    assert stored <= model.count_params()


def test_normalization_happens_inside(large, export_of, clips):
    run = runner.load(export_of(large)[0]).logits
    np.testing.assert_allclose(run(clips[0]), run(clips[0] * 7 + 0.3), rtol=1e-3, atol=1e-3)


def test_a_request_shorter_than_a_frame_has_no_frames(exported):
    served = tf.saved_model.load(str(exported[0])).signatures
    short = {"waveform": tf.zeros([2, 5]), "length": tf.constant([5, 0])}
    assert served["serving_default"](**short)["num_frames"].numpy().tolist() == [0, 0]
    assert served["transcribe"](**short)["text"].numpy().tolist() == [b"", b""]


def test_a_model_without_vocabulary_in_mixed_precision_exports_float32_logits_only(
    tiny_backbone, tmp_path
):
    from keras_w2v2 import Wav2Vec2ForCTC

    model = Wav2Vec2ForCTC(tiny_backbone(dtype="mixed_bfloat16"), vocabulary_size=5)
    row = savedmodel.export(model, tmp_path / "m", clips=None)
    assert row.same_text is None
    assert list(tf.saved_model.load(str(tmp_path / "m")).signatures) == ["serving_default"]
    twin = Wav2Vec2ForCTC(tiny_backbone(), vocabulary_size=5)
    twin.set_weights(model.get_weights())
    assert verify.compare(twin, tmp_path / "m").relative_error < 1e-5


def test_all_endpoints_share_one_trace_of_the_model(base, tmp_path, monkeypatch):
    traces, call = [], type(base).call
    monkeypatch.setattr(
        type(base), "call", lambda *given, **named: traces.append(1) or call(*given, **named)
    )
    savedmodel.export(base, tmp_path / "m", check=lambda folder: None)
    assert len(traces) == 1


def test_the_graph_infers_alone(exported):
    # TensorFlow names the gradient of an operation so, where it is not its own.
    assert b"_gradient_op_type" not in (exported[0] / "saved_model.pb").read_bytes()


def test_a_pretraining_model_is_refused(tiny_backbone, tmp_path):
    from keras_w2v2 import Wav2Vec2ForPreTraining

    model = Wav2Vec2ForPreTraining(tiny_backbone())
    with pytest.raises(UserError, match="fine-tune"):
        savedmodel.export(model, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.data-00000-of-00001"])
def test_a_damaged_folder_gets_one_line(name, exported, tmp_path):
    shutil.copytree(exported[0], tmp_path / "m")
    file = tmp_path / "m" / name
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(UserError, match="is no working SavedModel") as caught:
        runner.load(tmp_path / "m")
    assert "\n" not in str(caught.value)


def test_a_folder_with_other_work_is_spared(base, tmp_path):
    (tmp_path / "notes.txt").write_text("words")
    with pytest.raises(UserError, match="remove it"):
        savedmodel.export(base, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_the_graph_reads_what_greedy_decoding_reads(base):
    from keras_w2v2.export import graph_text

    made = np.random.default_rng(3)
    #         A  A  _  A  |  |  中 <s> Ü  B (invalid)
    paths = [[3, 3, 0, 3, 2, 2, 6, 1, 5, 4], [2, 3, 2, 0, 2, 4, 4, 2, 0, 0], [0] * 10]
    paths += made.integers(0, 7, (5, 10)).tolist()
    counts = [9, 10, 10, 10, 7, 1, 0, 10]
    logits = made.normal(0, 1, (8, 10, 7)) + 8 * np.eye(7)[paths]
    frames = base.backbone.frames
    plain = Vocabulary(["<pad>", "<s>", "b", "A", "B", "Ü", "中"])  # no delimiter
    for vocabulary in (base.vocabulary, plain):
        found = graph_text.transcripts(
            tf.constant(logits, tf.float32), tf.constant(counts), vocabulary, frames
        )
        for i, count in enumerate(counts):
            wanted = greedy.decode(logits[i], count, vocabulary, frames)
            assert found["text"][i].numpy().decode() == wanted.text
            assert found["confidence"][i].numpy() == pytest.approx(wanted.confidence, abs=1e-5)
            size = len(wanted.words)
            read = [word.decode() for word in found["words"][i].numpy()]
            assert read[:size] == [word.text for word in wanted.words]
            assert not any(read[size:])
            for name, field in (("starts", "start"), ("ends", "end"), ("scores", "confidence")):
                values = [getattr(word, field) for word in wanted.words]
                assert found[name][i, :size].numpy() == pytest.approx(values, abs=1e-5)


def wav_bytes(waveform, rate, subtype="PCM_16"):
    file = io.BytesIO()
    soundfile.write(file, waveform, rate, format="WAV", subtype=subtype)
    return file.getvalue()


def test_wav_files_of_any_rate_and_coding_are_read_in_a_batch(exported, clips):
    served = tf.saved_model.load(str(exported[0])).signatures
    stereo = np.stack([clips[1], 0.5 * clips[1]], 1)
    files = [wav_bytes(clips[0], 16000), wav_bytes(stereo, 16000, "PCM_32")]
    files += [
        wav_bytes(np.repeat(clips[0], 3), 48000, "PCM_24"),
        wav_bytes(clips[1], 16000, "FLOAT"),
    ]
    files.append(wav_bytes(clips[0], 8000, "PCM_U8"))
    found = served["transcribe_wav"](wav=tf.constant(files))
    assert found["text"].shape == (len(files),)
    for i, file in enumerate(files):
        waveform, length = graph_audio.waveforms(tf.constant([file]))
        alone = served["transcribe"](waveform=waveform, length=length)
        assert found["text"][i] == alone["text"][0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="file 2 of the batch: cut_wav: "):
        served["transcribe_wav"](wav=tf.constant([files[0], files[1][:-1]]))


def test_saved_model_cli_runs_it_and_tensorflow_serving_finds_its_requests(
    base, export_of, tmp_path
):
    folder = export_of(base)[0]
    tool = [sys.executable, "-m", "tensorflow.python.tools.saved_model_cli"]
    np.save(tmp_path / "wav.npy", np.array([wav_bytes(np.zeros(4000), 8000, "PCM_24")], object))
    ran = subprocess.run(
        [*tool, "run", "--dir", str(folder), "--tag_set", "serve"]
        + ["--signature_def", "transcribe_wav", "--inputs", f"wav={tmp_path / 'wav.npy'}"],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "Result for output key text" in ran.stdout
    records = tf.data.TFRecordDataset(str(folder / "assets.extra" / "tf_serving_warmup_requests"))
    log = warmup._message("PredictionLog")
    served = tf.saved_model.load(str(folder)).signatures
    asked = [log.FromString(record.numpy()).predict_log.request for record in records]
    assert {one.model_spec.signature_name for one in asked} == {"serving_default", "transcribe"}
    for one in asked:
        inputs = {pair.key: tf.constant(tf.make_ndarray(pair.value)) for pair in one.inputs}
        assert served[one.model_spec.signature_name](**inputs)
    assert "max_batch_size" in (folder / "assets.extra" / "batching_parameters.txt").read_text()


def test_a_full_disk_leaves_nothing(base, tmp_path, monkeypatch):
    import keras

    def full_disk(*args, **kwargs):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(type(keras.export.ExportArchive()), "write_out", full_disk)
    with pytest.raises(UserError, match="No space left"):
        savedmodel.export(base, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []
