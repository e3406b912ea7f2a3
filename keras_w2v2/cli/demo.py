"""keras-w2v2 demo"""

from pathlib import Path

import typer

from keras_w2v2.cli import startup
from keras_w2v2.cli.commands import verb


@verb
def demo(
    out: Path = typer.Option(
        Path("runs/demo"), help="Folder for everything the demo makes.", show_default=True
    ),
    short: bool = typer.Option(
        False, "--short", help="Every step, but a few minutes of training only: it reads badly."
    ),
):
    """Make a small speech corpus, train on it, export, transcribe and report.

    About 15 minutes on 2 cores. Finished stages are kept: after Ctrl-C, or to look again, give
    the same command.

    Example: keras-w2v2 demo --out runs/demo
    """
    startup.for_training()
    from keras_w2v2.training.demo import demo as training_demo

    training_demo.run(out, short=short)
