import numpy as np
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.frames import FrameArithmetic
from keras_w2v2.text import TextNormalizer, Vocabulary
from keras_w2v2.training import recognizer
from keras_w2v2.training.transcribe import transcribe


@pytest.fixture(scope="module")
def model(tiny):
    """A CTC model whose random head is loud enough to write something."""
    from keras_w2v2 import Wav2Vec2ForCTC

    fields = {k: v for k, v in tiny.items() if k != "preset"}
    vocabulary = Vocabulary(["<pad>", "|", *"abc"])
    more = {"vocabulary": vocabulary, "normalizer": TextNormalizer(case="lower", drop=",.")}
    model = Wav2Vec2ForCTC.from_preset("wav2vec2_tiny", **more, **fields)
    model.head.set_weights([np.random.default_rng(0).normal(0, 2, (16, 5)), np.zeros(5)])
    return model


@pytest.fixture(scope="module")
def keras_file(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model.keras"
    model.save(path)
    return path


@pytest.fixture(scope="module")
def clips():
    generator = np.random.default_rng(1)
    return [generator.normal(0, 0.1, n).astype("float32") for n in (9000, 16_000, 24_321)]


def test_a_keras_file_gives_each_clip_the_logits_that_it_has_alone(model, keras_file, clips):
    together = recognizer.load(keras_file).logits(clips)
    for clip, logits in zip(clips, together, strict=True):
        inputs = {"waveform": clip[None], "length": np.array([len(clip)], "int32")}
        expected = np.asarray(model(inputs))[0]
        np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_every_kind_of_model_reads_the_same(model, keras_file, clips, tmp_path):
    pytest.importorskip("ai_edge_litert", reason="needs ai-edge-litert")
    from keras_w2v2.export import savedmodel, tflite
    from keras_w2v2.interop import save_huggingface

    save_huggingface(model, tmp_path / "huggingface")
    savedmodel.export(model, tmp_path / "savedmodel")
    tflite.export(model, tmp_path / "model.tflite", "float32", windows=[2.0])
    expected = [t.text for t in recognizer.load(keras_file).transcribe_all(clips)]
    assert any(expected)
    for name in ("huggingface", "savedmodel", "model.tflite"):
        found = recognizer.load(tmp_path / name).transcribe_all(clips)
        assert [t.text for t in found] == expected, name
    for name in ("savedmodel", "model.tflite"):
        assert recognizer.load(tmp_path / name).normalizer == model.normalizer, name


@pytest.mark.parametrize(
    ("waveform", "rate", "says"),
    [
        (np.zeros(8000, "float32"), 8000, "sample_rate is 8000 Hz, the model reads 16000 Hz"),
        (np.zeros(160, "float32"), 16_000, "160 samples (10 ms): the model needs at least 324"),
        (np.zeros(0, "float32"), 16_000, "0 samples (0 ms)"),
        (
            np.zeros((2, 8000), "float32"),
            16_000,
            "float32 of shape [2, 8000]: give float [samples]",
        ),
        (np.zeros(8000, "int16"), 16_000, "int16 samples: divide by 32768"),
        (np.full(8000, np.nan, "float32"), 16_000, "NaN"),
        (np.full(8000, 3000.0, "float32"), 16_000, "reaches 3000: its samples must lie in [-1, 1]"),
    ],
)
def test_a_waveform_that_is_no_16_khz_speech_is_refused(keras_file, waveform, rate, says):
    with pytest.raises(UserError) as error:
        recognizer.load(keras_file).transcribe(waveform, sample_rate=rate)
    assert says in str(error.value)


def test_a_pretrained_model_cannot_read(tiny, tmp_path):
    from keras_w2v2 import Wav2Vec2ForPreTraining

    fields = {k: v for k, v in tiny.items() if k != "preset"}
    Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny", **fields).save(tmp_path / "model.keras")
    with pytest.raises(UserError, match="pre-trained only and cannot read yet"):
        recognizer.load(tmp_path / "model.keras")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none", "no model .*none': give a run"),
        ("empty", "holds no model"),
        ("notes.txt", "is no .keras file"),
        ("broken.keras", "is no .keras file, or is cut short"),
        ("broken.tflite", "not_a_model"),
    ],
)
def test_what_is_no_model_is_refused_by_name(tmp_path, name, says):
    (tmp_path / "empty").mkdir()
    for file in ("notes.txt", "broken.keras", "broken.tflite"):
        (tmp_path / file).write_text("not a model")
    with pytest.raises(UserError, match=says):
        recognizer.load(tmp_path / name)


def test_a_file_too_short_for_the_model_is_named_as_broken_ones_are(clips, tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.wav", clips[0], 16_000)
    far = FrameArithmetic((10, 10_000), (5, 1))  # a frame sees 50 005 samples
    reader, told = recognizer.Recognizer(None, None, far, None), []
    assert list(transcribe(reader, [tmp_path], told.append)) == []
    assert [error.path for error in told] == [str(tmp_path / "a.wav")]


def test_files_and_folders_are_transcribed_in_order(keras_file, clips, tmp_path):
    import soundfile

    for name, clip in zip(("b.wav", "a.flac", "c.wav"), clips, strict=True):
        soundfile.write(tmp_path / name, clip, 16_000)
    (tmp_path / "notes.txt").write_text("not audio")
    results = list(transcribe(keras_file, [tmp_path]))
    assert [path.name for path, _ in results] == ["a.flac", "b.wav", "c.wav"]
    one = list(transcribe(keras_file, [tmp_path / "b.wav"]))
    assert one[0][1].text == results[1][1].text


@pytest.mark.parametrize("name", ["none.wav", "empty", "text.wav"])
def test_files_that_are_no_audio_are_named(keras_file, tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.wav").write_text("not audio")
    with pytest.raises(UserError, match=name):
        list(transcribe(keras_file, [tmp_path / name]))
