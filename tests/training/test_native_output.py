import subprocess
import sys

PROGRAM = """
import os, sys
from keras_w2v2.errors import UserError
from keras_w2v2.training import native_output
try:
    with native_output.hidden():
        os.write(2, b"native chatter\\n")
        print("python speaks", file=sys.stderr)
        {body}
except (KeyError, UserError):
    pass
os.write(2, b"native again\\n")
print("python again", file=sys.stderr)
"""


def stderr_of(body):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr.splitlines()


def test_native_chatter_is_held_and_python_is_heard():
    assert stderr_of("pass") == ["python speaks", "native again", "python again"]


def test_native_output_before_a_failure_is_shown():
    assert stderr_of("raise KeyError") == [
        "python speaks",
        "native chatter",
        "native again",
        "python again",
    ]


def test_a_users_mistake_is_told_without_the_chatter():
    mistake = "raise UserError('bad')"
    assert stderr_of(mistake) == ["python speaks", "native again", "python again"]
