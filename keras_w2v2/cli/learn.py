"""keras-w2v2 pretrain, keras-w2v2 finetune, keras-w2v2 report"""

import contextlib
from pathlib import Path

import typer

from keras_w2v2.cli import startup
from keras_w2v2.cli.commands import Process, verb
from keras_w2v2.errors import UnhealthyRunError

RECIPE = typer.Argument(
    None, metavar="[RECIPE.yaml]", help="A recipe file, or the name of one that comes along."
)
DATA = typer.Option(..., help="Shards made by prepare; give it again for more.")
DEV = typer.Option(None, help="Shards to evaluate on along the way; give it again for more.")
OUT = typer.Option(..., help="Folder of the run; an unfinished run in it carries on.")
INIT = typer.Option(
    None, help="Start from this pre-trained run, .keras file or Hugging Face folder."
)
SETTINGS = typer.Option(
    None, "--set", metavar="KEY=VALUE", help="Override a key of the recipe; give it again for more."
)
STRATEGY = typer.Option(
    None, help="Devices to train on: none, mirrored, multiworker or tpu (a key of the recipe)."
)
WORKERS = typer.Option(
    None, metavar="HOST:PORT,…", help="All workers of multiworker, the chief first; or TF_CONFIG."
)
WORKER = typer.Option(None, metavar="N", help="Which of the workers this is, from 0.")


@verb
def pretrain(
    recipe: str = RECIPE,
    data: list[Path] = DATA,
    dev: list[Path] = DEV,
    out: Path = OUT,
    init: Path = INIT,
    settings: list[str] = SETTINGS,
    strategy: str = STRATEGY,
    workers: str = WORKERS,
    worker: int = WORKER,
):
    """Learn from speech without transcripts.

    Example: keras-w2v2 pretrain --data shards/all --out runs/pre --set optimizer.updates=2000
    """
    startup.for_training()
    from keras_w2v2.training import pretrain as training
    from keras_w2v2.training.configuration.schema import PretrainConfig

    config, more = PretrainConfig.of(recipe, _all(settings, strategy)), {"init": init}
    with _report(config, out, workers, worker):
        more |= {"dev": dev or None, "workers": workers, "worker": worker}
        training.pretrain(config, data, out, **more)


@verb
def finetune(
    recipe: str = RECIPE,
    data: list[Path] = DATA,
    dev: list[Path] = DEV,
    out: Path = OUT,
    init: Path = INIT,
    settings: list[str] = SETTINGS,
    strategy: str = STRATEGY,
    workers: str = WORKERS,
    worker: int = WORKER,
):
    """Learn to write what is said, from speech with transcripts.

    Example: keras-w2v2 finetune --data shards/train --init runs/pre --out runs/fine
    """
    startup.for_training()
    from keras_w2v2.training import finetune as training
    from keras_w2v2.training.configuration.schema import FinetuneConfig

    config, more = FinetuneConfig.of(recipe, _all(settings, strategy)), {"init": init}
    with _report(config, out, workers, worker):
        more |= {"dev": dev or None, "workers": workers, "worker": worker}
        training.finetune(config, data, out, **more)


@verb
def report(run: Path = typer.Argument(..., help="Folder of a run, finished or not.")):
    """Write a run's report.html, also while it trains, and say whether it is healthy.

    Example: keras-w2v2 report runs/pre
    """
    startup.tensorflow()
    from keras_w2v2.training.reports import report as training_report
    from keras_w2v2.training.reports import sections
    from keras_w2v2.training.runs.run_folder import RunFolder

    path = training_report.write(run)
    health, found = sections.examined(RunFolder(run))
    for line in (health, *(finding.text() for finding in found)):
        print(line)
    print(f"report  {path}")


def _all(settings, strategy):
    """Returns the settings with the one of --strategy."""
    return [*(settings or ()), *([f"strategy={strategy}"] if strategy else ())]


@contextlib.contextmanager
def _report(config, run, workers, worker):
    """Writes the report at the end of a run, where this process is the one that writes.

    Also of a run that the guard ends: its curves show how it came to that.
    """
    from keras_w2v2.training.reports import report
    from keras_w2v2.training.workers import strategies

    # TensorFlow would wait for the other workers before it goes, or tell of their going.
    Process.leaves_at_once = config.strategy == "multiworker"
    writes = strategies.writes(config, workers, worker)
    try:
        yield
    except UnhealthyRunError:
        if writes:
            print(f"report  {report.write(run)}")
        raise
    print(f"model   {run / 'model.keras'}")
    if writes:
        print(f"report  {report.write(run)}")
