import json
import os
import shutil
import signal

import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training import evaluate, initial_model
from keras_w2v2.training.configuration.schema import FinetuneConfig
from keras_w2v2.training.finetune import finetune
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs.run_folder import RunFolder, load_model
from keras_w2v2.training.runs.termination import Terminated


@pytest.fixture(scope="module")
def pretrained(tiny, tmp_path_factory):
    """A pre-trained .keras file with random weights."""
    from keras_w2v2 import Wav2Vec2ForPreTraining

    path = tmp_path_factory.mktemp("pretrained") / "model.keras"
    fields = {k: v for k, v in tiny.items() if k != "preset"}
    Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny", **fields, dropout=0.3).save(path)
    return path


def configured(*settings):
    return FinetuneConfig.load({}, settings)


def refusal(*arguments, **more):
    with pytest.raises(UserError) as error:
        finetune(*arguments, progress=Quiet, **more)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_run_leaves_a_recogniser_with_its_vocabulary(finetuned_run):
    from keras_w2v2.text import Vocabulary

    model = load_model(finetuned_run.path)
    assert model.vocabulary.tokens == ("<pad>", "|", *"EHNORTW")
    assert Vocabulary.load(finetuned_run.path) == model.vocabulary


def test_the_normalizer_of_the_transcripts_travels_with_the_model(finetuned_run):
    from keras_w2v2.text import TextNormalizer

    wanted = TextNormalizer(**finetuned_run.config()["normalizer"])
    assert wanted != TextNormalizer(case="upper"), "what a model without one would get"
    assert load_model(finetuned_run.path).normalizer == wanted


def test_metrics_of_training_and_dev_stand_side_by_side(finetuned_run):
    rows = [(row["split"], row["updates"]) for row in finetuned_run.metrics()]
    assert rows == [("train", 2), ("train", 4), ("dev", 4), ("train", 6), ("dev", 6)]
    for row in finetuned_run.metrics():
        rates = {"character_error_rate", "word_error_rate", "blank_rate", "impossible_labels"}
        assert rates <= {*row}
    assert list(finetuned_run.logs.glob("dev/events.out.tfevents.*"))


def test_the_backbone_of_a_pretrained_model_is_taken_with_other_dropouts(pretrained):
    from keras_w2v2.text import Vocabulary

    config = configured("model.layer_drop=0.2")
    model = initial_model.ctc(config, Vocabulary(["<pad>", "a"]), pretrained)
    settings = model.backbone.get_config()
    assert settings["hidden_dim"] == 16
    assert (settings["dropout"], settings["activation_dropout"]) == (0.0, 0.1)
    assert settings["layer_drop"] == 0.2
    expected = load_model(pretrained).backbone.get_weights()
    for one, other in zip(model.backbone.get_weights(), expected, strict=True):
        assert (one == other).all()


def test_the_head_is_taken_too_when_the_vocabulary_is_the_same(finetuned_run, tmp_path):
    from keras_w2v2.text import Vocabulary

    source = load_model(finetuned_run.path)
    same = initial_model.ctc(configured(), source.vocabulary, finetuned_run.path)
    other = initial_model.ctc(configured(), Vocabulary(["<pad>", *"ABCDEFGH"]), finetuned_run.path)
    assert (same.head.get_weights()[0] == source.head.get_weights()[0]).all()
    assert (other.head.get_weights()[0] != source.head.get_weights()[0]).all()


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("model.hidden_dim=32", "hidden_dim is 16 there, 32 in the configuration"),
        ("model.preset=wav2vec2_tiny", "hidden_dim is 16 there, 192 in the configuration"),
    ],
)
def test_another_architecture_than_the_checkpoint_is_refused(
    tones, pretrained, tmp_path, setting, says
):
    message = refusal(configured(setting), tones, tmp_path / "run", init=pretrained)
    assert f"--init '{pretrained}' has another architecture" in message
    assert says in message
    assert not (tmp_path / "run").exists()


def test_without_a_start_the_user_is_told_of_both_kinds(tones, tmp_path):
    message = refusal(configured(), tones, tmp_path / "run")
    assert "--init RUN" in message and "model.preset=wav2vec2_tiny" in message


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (["vocabulary=charcters"], "no vocabulary 'charcters', did you mean 'characters'?"),
        (["vocabulary=librispeech", "normalizer.case=lower"], "outside the vocabulary"),
    ],
)
def test_a_vocabulary_that_cannot_write_the_transcripts_is_refused_before_training(
    tones, tmp_path, settings, says
):
    config = configured("model.preset=wav2vec2_tiny", *settings)
    assert says in refusal(config, tones, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_start_that_is_no_model_is_refused(tones, tmp_path):
    (tmp_path / "text.keras").write_text("not a model")
    message = refusal(configured(), tones, tmp_path / "run", init=tmp_path / "text.keras")
    assert message.startswith("--init: ") and "is no .keras file" in message


def test_a_run_that_was_ended_while_it_evaluated_evaluates_when_it_carries_on(
    finetuned_run, tiny_finetuning, tones, tmp_path, monkeypatch, capsys
):
    def ended(*_, **__):
        os.kill(os.getpid(), signal.SIGTERM)

    run = RunFolder(shutil.copytree(finetuned_run.path, tmp_path / "run"))
    run.model_file.unlink()
    run.evaluation_file.unlink()
    with monkeypatch.context() as patched, pytest.raises(Terminated):
        patched.setattr(evaluate, "evaluate", ended)
        finetune(tiny_finetuning, tones, run.path, dev=tones, progress=Quiet)
    assert "SIGTERM: all updates are saved; the same command" in capsys.readouterr().err
    assert not run.finished and not run.evaluation_file.exists()
    finetune(tiny_finetuning, tones, run.path, dev=tones, progress=Quiet)
    assert figures_of(run) == figures_of(finetuned_run)
    weights = [load_model(one.path).get_weights() for one in (run, finetuned_run)]
    for one, other in zip(*weights, strict=True):
        assert (one == other).all()
    assert run.metrics() == finetuned_run.metrics()


def figures_of(run):
    """What the last evaluation of a run found, without how fast it was."""
    figures = json.loads(run.evaluation_file.read_text(encoding="utf-8"))
    return {k: v for k, v in figures.items() if "seconds" not in k}


@pytest.mark.parametrize("start", ["path", "model_file"])
def test_nobody_is_advised_to_remove_the_model_to_start_from(
    start, finetuned_run, tiny_finetuning, tones
):
    init = getattr(finetuned_run, start)
    message = refusal(tiny_finetuning, tones, finetuned_run.path, init=init)
    assert message.endswith(": give another --out") and "holds a run with another" in message
    advised = refusal(tiny_finetuning, tones, finetuned_run.path)
    assert advised.endswith(f"give another --out, or remove {finetuned_run.path}")


def test_an_unfinished_run_does_not_carry_on_with_other_shards(tiny_finetuning, tones, tmp_path):
    data, run = tmp_path / "shards", RunFolder(tmp_path / "run")
    shutil.copytree(tones, data)
    finetune(tiny_finetuning, data, run.path, progress=Quiet)
    run.model_file.unlink()
    with (data / "index.json").open("a") as file:
        file.write("\n")
    message = refusal(tiny_finetuning, data, run.path)
    assert "inputs.checksums" in message and str(data) in message


def test_an_unfinished_run_does_not_carry_on_with_another_vocabulary(
    tiny_finetuning, tones, tmp_path
):
    from keras_w2v2.text import Vocabulary

    run, tokens = RunFolder(tmp_path / "run"), ["<pad>", "|", *"EHNORTW"]
    Vocabulary(tokens).save(tmp_path)
    config = tiny_finetuning.model_copy(update={"vocabulary": str(tmp_path / "vocab.json")})
    finetune(config, tones, run.path, progress=Quiet)
    run.model_file.unlink()
    Vocabulary([*tokens[:2], *tokens[:1:-1]]).save(tmp_path)
    assert "a run with another vocabulary" in refusal(config, tones, run.path)


def test_a_damaged_shard_is_named(tiny_finetuning, tones, tmp_path):
    data = tmp_path / "shards"
    shutil.copytree(tones, data)
    path = next(data.glob("*.tfrecord"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert f"'{path}'" in refusal(tiny_finetuning, data, tmp_path / "run")
