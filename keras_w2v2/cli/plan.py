"""keras-w2v2 plan"""

import typer

from keras_w2v2.cli import startup
from keras_w2v2.cli.commands import verb
from keras_w2v2.cli.learn import SETTINGS


@verb
def plan(
    recipe: str = typer.Argument(
        ..., metavar="RECIPE.yaml", help="A recipe file, or the name of one that comes along."
    ),
    hours: float = typer.Option(..., help="Hours of audio in the corpus."),
    gpus: int = typer.Option(1, help="Devices that share the work."),
    device: str = typer.Option("a100", help="What kind: a100, v100, or cpu for two cores."),
    settings: list[str] = SETTINGS,
):
    """Estimate parameters, memory, steps, hours and storage of a recipe.

    Example: keras-w2v2 plan wav2vec2_base --gpus 8 --hours 960
    """
    startup.tensorflow()
    from keras_w2v2.training.planning import plan as planning
    from keras_w2v2.training.text_table import aligned

    found = planning.plan(recipe, hours=hours, gpus=gpus, device=device, settings=settings or ())
    print(aligned(["what", "estimate", ""], found.rows()))
