"""Every command and snippet of the README runs, on data made here and with few updates."""

import re
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest

from keras_w2v2.cli import application

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVING = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
SENTENCES = ("HELLO WORLD", "ONE TWO THREE", "GOOD MORNING", "HELLO AGAIN")
# Small enough for seconds; every other word of a command stays as the README has it.
SMALL_MODEL = {
    "conv_filters": [8, 8],
    "conv_kernels": [20, 20],
    "conv_strides": [16, 20],
    "hidden_dim": 16,
    "num_layers": 1,
    "num_heads": 2,
    "intermediate_dim": 32,
    "position_kernel": 8,
    "position_groups": 2,
}
FEW_UPDATES = {"optimizer.updates": 2, "log_every": 1, "checkpoint_every": 2, "jit_compile": False}


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands():
    lines = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder with what the README takes for granted: recordings, transcripts, a checkpoint."""
    import soundfile

    from keras_w2v2 import Vocabulary, Wav2Vec2ForCTC
    from keras_w2v2.interop import save_huggingface

    folder = tmp_path_factory.mktemp("readme")
    (folder / "recordings").mkdir()
    noise = np.random.default_rng(0)
    rows = ["path\ttranscript"]
    for i, sentence in enumerate(SENTENCES * 4):
        name = "recordings/hello.wav" if i == 0 else f"recordings/{i}.wav"
        soundfile.write(folder / name, 0.1 * noise.standard_normal(32_000 + 800 * i), 16_000)
        rows.append(f"{name}\t{sentence}")
    (folder / "transcripts.tsv").write_text("\n".join(rows) + "\n")
    published = Wav2Vec2ForCTC.from_preset(
        "wav2vec2_base", vocabulary=Vocabulary.librispeech(), **SMALL_MODEL
    )
    save_huggingface(published, folder / "wav2vec2-base-960h")
    return folder


def smaller(command):
    """The command's words with a small model and few updates; int8 of noise may pass the gate."""
    words = shlex.split(command)
    settings = {}
    if words[1] == "gate" or "--gate" in words:
        words += ["--threshold", "frame_agreement=none", "--threshold", "relative_error=none"]
        words += ["--threshold", "character_error_rise=none"]
    if words[1] in ("pretrain", "finetune"):
        settings |= FEW_UPDATES
    if words[1] == "pretrain":
        settings |= {f"model.{name}": value for name, value in SMALL_MODEL.items()}
        settings["optimizer.warmup_updates"] = 1
    return words + [w for k, v in settings.items() for w in ("--set", f"{k}={v}")]


def test_every_shell_command_runs(workplace, monkeypatch, capsys):
    monkeypatch.chdir(workplace)
    ours = [c for c in commands() if c.startswith("keras-w2v2")]
    assert len(ours) >= 10
    for command in ours:
        if "tflite" in command:
            pytest.importorskip("ai_edge_quantizer", reason="needs the extra [export]")
        code = application.main(smaller(command)[1:])
        assert code == 0, f"{command}\n{capsys.readouterr()}"
    for run in (Path("runs/pretrain"), Path("runs/recognizer")):
        for name in ("config.yaml", "metrics.jsonl", "logs", "checkpoints", "model.keras"):
            assert (run / name).exists(), run / name
        assert "data:image/png;base64" in (run / "report.html").read_text()
    assert Path("runs/recognizer/vocab.json").is_file()


def test_every_make_target_exists():
    targets = [c.split()[1] for c in commands() if c.startswith("make ")]
    assert targets == ["demo", "test"]
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


def test_every_python_snippet_runs(workplace, monkeypatch):
    import keras

    from keras_w2v2 import Wav2Vec2ForPreTraining

    fit, tiny = keras.Model.fit, Wav2Vec2ForPreTraining.from_preset
    monkeypatch.chdir(workplace)
    for command in commands()[2:4]:
        application.main([*shlex.split(command)[1:], "--overwrite"])

    def two_updates(model, batches, steps_per_epoch, epochs):
        model.jit_compile = False
        return fit(model, batches, steps_per_epoch=2, epochs=1, verbose=0)

    monkeypatch.setattr(keras.Model, "fit", two_updates)
    monkeypatch.setattr(
        Wav2Vec2ForPreTraining, "from_preset", lambda name: tiny(name, **SMALL_MODEL)
    )
    snippets = blocks("python")
    assert len(snippets) == 3
    for snippet in snippets:
        assert len(snippet.splitlines()) <= 30
        exec(compile(snippet, "README.md", "exec"), {})


def test_the_snippet_about_serving_runs(workplace, monkeypatch, capsys):
    from keras_w2v2.export import savedmodel
    from keras_w2v2.interop import load_huggingface

    monkeypatch.chdir(workplace)
    if not Path("server/1").exists():  # else a command of the README wrote it
        savedmodel.export(load_huggingface("wav2vec2-base-960h"), "server/1")
    (snippet,) = re.findall(r"```python\n(.*?)```", SERVING, flags=re.DOTALL)
    exec(compile(snippet, "docs/serving.md", "exec"), {})
    assert capsys.readouterr().out
