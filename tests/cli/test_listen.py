"""keras-w2v2 listen: PCM from a pipe, words on stdout."""

import io
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from keras_w2v2.data import audio
from tests.cli.test_interruption import START
from tests.golden.make import RECOGNISER, SPEECH

TEXT = "CLOSE THE WHITE LAMP NOW"


def pcm():
    return audio.to_int16(audio.read(SPEECH)).tobytes()


def listen(data, *options):
    command = [sys.executable, "-c", START, "listen", str(RECOGNISER), *options]
    return subprocess.run(command, input=data, capture_output=True, check=False)


@pytest.mark.parametrize("cut", [0, 1])
def test_words_of_a_pipe_are_printed_also_of_an_odd_byte(cut):
    data = pcm()
    done = listen(data[: len(data) - cut])
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().split() == TEXT.split()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--latency", "nan"], "latency"),
        (["--latency", "0"], "latency"),
        (["--window", "inf"], "window"),
        (["--window", "3"], "choose one of 2, 5"),
    ],
)
def test_impossible_numbers_get_one_line(options, words, keras_w2v2, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert words in keras_w2v2("listen", RECOGNISER, *options).error


def test_ctrl_c_ends_the_listening_and_keeps_the_words():
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", START, "listen", str(RECOGNISER)],
        stdin=read,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # what is read here must not hold back what communicate() reads
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(read)
    silence = np.zeros(32_000, "<i2").tobytes()
    os.write(write, pcm())
    os.write(write, silence)
    patience = threading.Timer(300.0, process.kill)
    patience.start()
    first = b""
    while b"WHITE" not in first and (piece := process.stdout.read(100)):
        first += piece
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate()
    patience.cancel()
    os.close(write)
    assert process.returncode == 0, err
    assert (first + rest).decode().split()[:3] == TEXT.split()[:3]
    assert b"Traceback" not in err
