"""What every command shares: the application, its exit codes, its way of failing."""

import functools
import os
import sys

import typer

from keras_w2v2 import interrupts
from keras_w2v2.cli import failures
from keras_w2v2.interop import atomic

app = typer.Typer(
    name="keras-w2v2",
    help="wav2vec 2.0 for Keras: pre-train on unlabelled speech, fine-tune with CTC, ship it.",
    epilog="Start with: keras-w2v2 demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Finished(Exception):  # noqa: N818 - ends a command early, is no error
    """Raised to end a command whose outcome has been told: carries the exit code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Process:
    """Whose process this is: `program` makes it that of the command, which then may end it.

    A command that sets `leaves_at_once` has native threads that would keep it from leaving.
    """

    is_ours = False
    leaves_at_once = False

    @staticmethod
    def leave(code):
        """Ends the process here, whatever native threads still do."""
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(code)


def verb(function, *, keeps_nothing=False):
    """Makes `function` a command: its name the verb, its docstring the help, `out` its folder.

    Args:
        function: the command.
        keeps_nothing: bool, whether Ctrl-C leaves nothing of its work behind. Such a command
            ends on the spot, as unwinding through native code may print a traceback.
    """

    @functools.wraps(function)
    def command(**arguments):
        leave = _leaving(function.__name__) if keeps_nothing and Process.is_ours else None
        try:
            with interrupts.Watch(leave) as watch:
                function(**arguments)
            sys.stdout.flush()  # here a failure is still ours to tell
        except Finished:
            raise
        except BrokenPipeError:  # the reader of our output left, as in `… | head`
            sys.stdout = None
            raise Finished(1) from None
        except (Exception, KeyboardInterrupt) as error:
            out = arguments.get("out")
            code = failures.report(error, function.__name__, out, interrupted=watch.seen)
            if code is None:
                raise
            if Process.is_ours and Process.leaves_at_once:
                # Not after letting go of the network that the error holds: meanwhile the other
                # workers leave, and TensorFlow tells of their going.
                Process.leave(code)
            raise Finished(code) from None

    return app.command(function.__name__)(command)


def _leaving(name):
    """Returns a function that ends the process, with the line about Ctrl-C in command `name`."""
    try:
        stderr, descriptor = sys.stderr, os.dup(2)
    except OSError:  # no stderr at all: nobody to tell
        return None

    def leave():
        atomic.remove_unfinished()
        # Either may be turned elsewhere just now, to keep what libraries print from the user.
        sys.stderr = stderr
        os.dup2(descriptor, 2)
        os._exit(failures.report(KeyboardInterrupt(), name))

    return leave
