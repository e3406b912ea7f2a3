"""The entry point: parses, runs one command, answers with its exit code."""

import gc
import sys

import typer

import keras_w2v2
from keras_w2v2.cli import failures
from keras_w2v2.cli.commands import Finished, Process, app

# Each of these adds its verbs to `app`; their order is that of the help.
from keras_w2v2.cli import demo  # isort: skip
from keras_w2v2.cli import prepare  # isort: skip
from keras_w2v2.cli import plan  # isort: skip
from keras_w2v2.cli import learn  # isort: skip
from keras_w2v2.cli import recognise  # isort: skip
from keras_w2v2.cli import ship  # isort: skip
from keras_w2v2.cli import doctor  # isort: skip

VERBS = (demo, prepare, plan, learn, recognise, ship, doctor)


def main(arguments=None):
    """Runs one command.

    Args:
        arguments: list of str; those of the process by default.

    Returns:
        int, the exit code.
    """
    command = typer.main.get_command(app)
    try:
        # Without standalone mode a usage error arrives here, to be told in one line.
        code = command.main(arguments, prog_name="keras-w2v2", standalone_mode=False)
    except Finished as finished:
        return finished.code
    except (KeyboardInterrupt, typer.Abort):
        return failures.report(KeyboardInterrupt(), "")
    except typer.BadParameter.__mro__[1] as error:  # UsageError, which typer does not export
        return _usage_error(error)
    return code if isinstance(code, int) else 0


def program():
    """The console script: `main`, and the end of the process.

    After Ctrl-C or SIGTERM the native threads of Beam and TensorFlow may still run; tearing the
    interpreter down under them aborts now and then, so a command that did not get done leaves at
    once.
    """
    Process.is_ours = True
    # Modules, layers and graphs are objects by the hundred thousand, and they stay: looking for
    # garbage among them after every 700 took a quarter of a short command's time.
    gc.set_threshold(50_000, 20, 20)
    try:
        code = main()
        at_once = code == failures.NOT_DONE or Process.leaves_at_once
    except SystemExit as terminated:  # SIGTERM, which training answers by saving
        code, at_once = terminated.code, True
    if at_once:
        Process.leave(code)
    gc.freeze()  # the last look for garbage leaves out what goes with the process
    sys.exit(code)


def _usage_error(error):
    text = error.format_message().rstrip(".")
    if not text:  # `keras-w2v2` alone: its help is printed already
        return failures.NOT_DONE
    path = error.ctx.command_path if error.ctx else "keras-w2v2"
    print(f"error: {' '.join(text.split())} (see: {path} --help)", file=sys.stderr)
    return failures.NOT_DONE


def _version(wanted: bool):
    if wanted:
        print(f"keras-w2v2 {keras_w2v2.__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and end."
    ),
):
    pass
