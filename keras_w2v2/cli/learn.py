"""keras-w2v2 pretrain, keras-w2v2 finetune, keras-w2v2 report"""

import contextlib
from pathlib import Path

import typer

from keras_w2v2.cli import startup
from keras_w2v2.cli.commands import verb
from keras_w2v2.errors import UnhealthyRunError

RECIPE = typer.Argument(
    None, metavar="[RECIPE.yaml]", help="A recipe file, or the name of one that comes along."
)
DATA = typer.Option(..., help="Shards made by prepare; give it again for more.")
DEV = typer.Option(None, help="Shards to evaluate on along the way; give it again for more.")
OUT = typer.Option(..., help="Folder of the run; an unfinished run in it carries on.")
SETTINGS = typer.Option(
    None, "--set", metavar="KEY=VALUE", help="Override a key of the recipe; give it again for more."
)


@verb
def pretrain(
    recipe: str = RECIPE,
    data: list[Path] = DATA,
    dev: list[Path] = DEV,
    out: Path = OUT,
    settings: list[str] = SETTINGS,
):
    """Learn from speech without transcripts.

    Example: keras-w2v2 pretrain --data shards/all --out runs/pre --set optimizer.updates=2000
    """
    startup.tensorflow()
    from keras_w2v2.training import pretrain as training

    with _report_of_unhealthy(out):
        training.pretrain(recipe, data, out, dev=dev or None, settings=settings or ())
    tell(out)


@verb
def finetune(
    recipe: str = RECIPE,
    data: list[Path] = DATA,
    dev: list[Path] = DEV,
    out: Path = OUT,
    init: Path = typer.Option(
        None, help="Start from this pre-trained run, .keras file or Hugging Face folder."
    ),
    settings: list[str] = SETTINGS,
):
    """Learn to write what is said, from speech with transcripts.

    Example: keras-w2v2 finetune --data shards/train --init runs/pre --out runs/fine
    """
    startup.tensorflow()
    from keras_w2v2.training import finetune as training

    with _report_of_unhealthy(out):
        training.finetune(recipe, data, out, init=init, dev=dev or None, settings=settings or ())
    tell(out)


@verb
def report(run: Path = typer.Argument(..., help="Folder of a run, finished or not.")):
    """Write a run's report.html, also while it trains, and say whether it is healthy.

    Example: keras-w2v2 report runs/pre
    """
    startup.tensorflow()
    from keras_w2v2.training import report as training_report
    from keras_w2v2.training import report_sections
    from keras_w2v2.training.run_folder import RunFolder

    path = training_report.write(run)
    health, found = report_sections.examined(RunFolder(run))
    for line in (health, *(finding.text() for finding in found)):
        print(line)
    print(f"report  {path}")


@contextlib.contextmanager
def _report_of_unhealthy(run):
    """Writes the report of a run that the guard ends: its curves show how it came to that."""
    try:
        yield
    except UnhealthyRunError:
        from keras_w2v2.training import report

        print(f"report  {report.write(run)}")
        raise


def tell(run):
    """Writes the run's report and says where things lie."""
    from keras_w2v2.training import report

    print(f"model   {run / 'model.keras'}\nreport  {report.write(run)}")
