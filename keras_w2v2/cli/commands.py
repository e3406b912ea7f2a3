"""What every command shares: the application, its exit codes, its way of failing."""

import functools
import sys

import typer

from keras_w2v2 import interrupts
from keras_w2v2.cli import failures

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


def verb(function):
    """Makes `function` a command: its name the verb, its docstring the help, `out` its folder."""

    @functools.wraps(function)
    def command(**arguments):
        try:
            with interrupts.Watch() as watch:
                function(**arguments)
            sys.stdout.flush()  # here a failure is still ours to tell
        except BrokenPipeError:  # the reader of our output left, as in `… | head`
            sys.stdout = None
            raise Finished(1) from None
        except (Exception, KeyboardInterrupt) as error:
            out = arguments.get("out")
            code = failures.report(error, function.__name__, out, interrupted=watch.seen)
            if code is None:
                raise
            raise Finished(code) from None

    return app.command(function.__name__)(command)
