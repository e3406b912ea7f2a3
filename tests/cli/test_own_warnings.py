import subprocess
import sys


def test_warnings_of_the_project_reach_the_user_and_those_of_others_do_not():
    # In a process of its own: here pytest has set the levels of logging.
    program = (
        "import logging; from keras_w2v2.cli import startup; startup.quiet(); "
        "logging.getLogger('keras_w2v2.data.plans').warning('3 clips are left out'); "
        "logging.getLogger('another').warning('chatter')"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (outcome.stderr, outcome.stdout) == ("warning: 3 clips are left out\n", "")
