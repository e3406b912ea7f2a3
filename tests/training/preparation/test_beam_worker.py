"""Worker processes do not outlive the command that started them."""

import os
import subprocess
import sys

from keras_w2v2.training.preparation import beam_worker

# The worker holds stdout open: its reader comes to the end only once that process has ended too.
PARENT = """
import os, subprocess, sys
watch = "from keras_w2v2.training import beam_worker; beam_worker._end_with({})"
subprocess.Popen([sys.executable, "-c", watch.format(os.getpid())])
"""


def test_a_worker_ends_with_its_parent():
    ran = subprocess.run([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, timeout=300)
    assert ran.returncode == 0


def test_a_worker_is_told_its_parent():
    command = f"exec {sys.executable} -m keras_w2v2.training.preparation.beam_worker {os.getpid()}"
    assert beam_worker.command() == command
