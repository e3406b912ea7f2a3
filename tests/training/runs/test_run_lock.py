import subprocess
import sys

import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training.runs.lock import locked

HOLD = """
import sys
from keras_w2v2.training.runs.lock import locked
with locked(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_that_another_process_trains_in_is_refused_until_that_one_is_killed(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "held\n"
    with pytest.raises(UserError, match="another process is training in"), locked(tmp_path):
        pass
    other.kill()
    other.communicate()
    with locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
