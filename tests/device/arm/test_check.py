"""The check of emulated processors ends with an exit code that follows from the comparison."""

import base64
import json
from types import SimpleNamespace

import numpy as np
import pytest

from keras_w2v2 import Vocabulary
from tests.device.arm import check, emulator, selection

VOCABULARY = Vocabulary(["<pad>", "|", "a", "b"])
LOGITS = np.eye(4, dtype="<f4")[[2, 0, 3]] * 10


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Function (logits that the emulator gives) -> exit code of the check."""
    case = {
        "bundle": "float32.tflite",
        "wav": "speech.wav",
        "signature": "window_2s",
        "num_frames": 3,
        "vocabulary_size": 4,
        "logits_base64": base64.b64encode(LOGITS.tobytes()).decode(),
        "relative_tolerance": 1e-4,
        "text": "ab",
        "same_text": True,
    }
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [case]}))
    metadata = SimpleNamespace(
        variant="float32",
        vocabulary=VOCABULARY,
        signatures=[SimpleNamespace(name="window_2s", samples=32000)],
    )
    monkeypatch.setattr(check.bundle, "read", lambda path: SimpleNamespace(metadata=metadata))
    monkeypatch.setattr(emulator, "ready", lambda: True)
    monkeypatch.setattr("sys.argv", ["check", "--cases", str(file)])

    def run(logits):
        clip = emulator.Clip(logits, np.array([2, 3]))
        monkeypatch.setattr(emulator, "run", lambda core, cases, chosen: {0: clip})
        return check.main()

    return run


def test_right_logits_end_with_0(run, capsys):
    assert run(LOGITS) == 0
    assert "\n3 passed, 0 failed\n" in capsys.readouterr().out


def test_wrong_logits_end_with_1_and_name_core_file_and_clip(run, capsys):
    assert run(LOGITS * np.float32(1.001)) == 1
    printed = capsys.readouterr().out
    assert "\n0 passed, 3 failed\n" in printed
    for core in ("cortex-a53", "cortex-a76", "cortex-a710"):
        assert f"FAIL {core} float32.tflite speech.wav window_2s: logits differ" in printed


def test_an_emulator_that_crashes_is_a_failure(run, monkeypatch):
    def crash(core, cases, chosen):
        raise emulator.EmulationError(f"{core}: exit code -11")

    assert run(LOGITS) == 0
    monkeypatch.setattr(emulator, "run", crash)
    assert "exit code -11" in check.main()


def test_without_its_setup_it_names_the_script(run, monkeypatch):
    monkeypatch.setattr(emulator, "ready", lambda: False)
    assert "setup.sh" in check.main()


def test_cases_that_hold_nothing_are_no_success(run, monkeypatch, tmp_path):
    (tmp_path / "none.json").write_text('{"cases": []}')
    monkeypatch.setattr("sys.argv", ["check", "--cases", str(tmp_path / "none.json")])
    assert "no cases" in check.main()


def test_each_window_reads_about_as_many_seconds_and_each_bundle_a_clip():
    short, long = ("a", "window_2s"), ("a", "window_5s")
    cases = [
        {"bundle": bundle, "signature": signature}
        for bundle, signature in [short, short, short, long, long, ("b", "window_5s")]
    ]
    windows, paces = [2, 2, 2, 5, 5, 5], [1, 1, 1, 1, 1, 0.2]
    assert selection.choose(cases, windows, paces, seconds=100) == [0, 1, 2, 3, 4, 5]
    assert selection.choose(cases, windows, paces, seconds=10) == [0, 1, 3, 5]
    assert selection.choose(cases, windows, paces, seconds=1) == [0, 5]
