"""The command line as a whole: help, versions, usage errors, speed."""

import subprocess
import sys

import pytest

from tests.golden.make import RECOGNISER, SPEECH

VERBS = (
    "demo",
    "prepare",
    "pretrain",
    "finetune",
    "evaluate",
    "transcribe",
    "export",
    "convert",
    "doctor",
)
START = "import sys; from keras_w2v2.cli import main; sys.exit(main())"


def test_help_lists_every_verb(keras_w2v2):
    outcome = keras_w2v2("--help")
    assert outcome.code == 0
    assert all(f" {verb} " in outcome.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_an_example_in_its_help(verb, keras_w2v2):
    outcome = keras_w2v2(verb, "--help")
    assert outcome.code == 0
    assert f"Example: keras-w2v2 {verb}" in " ".join(outcome.out.split())


def test_the_version_is_told(keras_w2v2):
    from keras_w2v2 import __version__

    outcome = keras_w2v2("--version")
    assert (outcome.code, outcome.out) == (0, f"keras-w2v2 {__version__}\n")


def test_without_a_verb_the_help_is_shown(keras_w2v2):
    outcome = keras_w2v2()
    assert outcome.code == 2
    assert "Usage" in outcome.out + outcome.err


def test_a_misspelt_verb_names_the_nearest(keras_w2v2):
    assert "demo" in keras_w2v2("demoo").error


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["prepare", "x"], "--out"),
        (["pretrain", "--out", "x"], "--data"),
        (["evaluate"], "model"),
        (["transcribe", "model"], "FILE"),
        (["export", "jpeg", "model", "--out", "x"], "jpeg"),
        (["prepare", "x", "--out", "y", "--min-seconds", "soon"], "--min-seconds"),
    ],
)
def test_a_wrong_argument_is_one_line_that_names_it_and_its_help(arguments, missing, keras_w2v2):
    line = keras_w2v2(*arguments).error
    assert missing.lower() in line.lower()
    assert f"keras-w2v2 {arguments[0]} --help" in line


@pytest.mark.parametrize("arguments", [["--help"], ["pretrain", "--help"], ["--version"]])
def test_help_answers_without_loading_tensorflow(arguments):
    watched = (
        "\nimport atexit; atexit.register(lambda: print([m for m in HEAVY if m in sys.modules]))"
    )
    heavy = "HEAVY = ('tensorflow', 'keras', 'apache_beam', 'matplotlib', 'soundfile')\n"
    program = heavy + START.replace("; from", watched + "\nfrom")
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip().endswith("[]")


def test_a_bundle_is_read_without_loading_tensorflow():
    pytest.importorskip("ai_edge_litert", reason="else TensorFlow's interpreter reads it")
    program = (
        "import sys; from keras_w2v2.cli import main; "
        f"code = main(['transcribe', {str(RECOGNISER)!r}, {str(SPEECH)!r}]); "
        "print(code, [m for m in ('tensorflow', 'keras') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("CLOSE THE WHITE LAMP NOW\n0 []\n", "")


def test_a_reader_that_leaves_early_is_no_error(recordings):
    program = f"{sys.executable} -c '{START}' doctor | head -1"
    done = subprocess.run(program, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_doctor_names_what_is_missing_and_is_content(keras_w2v2, monkeypatch):
    from keras_w2v2.training import doctor

    monkeypatch.setattr(doctor, "_NEEDED", (("no-such-thing", "flying", "wings"),))
    outcome = keras_w2v2("doctor")
    assert outcome.code == 0
    line = next(line for line in outcome.out.splitlines() if "no-such-thing" in line)
    assert line.startswith("missing")
    assert "flying" in line
    assert "keras-w2v2[wings]" in line
    assert outcome.err == ""
