"""keras-w2v2 prepare"""

import contextlib
from pathlib import Path

import typer

from keras_w2v2.cli import startup
from keras_w2v2.cli.commands import verb
from keras_w2v2.errors import ArgumentError

OPTIONS = {  # arguments of `training.prepare` that errors tell of
    "min_seconds": "--min-seconds",
    "max_seconds": "--max-seconds",
    "cut_seconds": "--cut",
    "duplicates": "--duplicates",
    "shard_megabytes": "--shard-megabytes",
    "num_workers": "--workers",
    "overwrite": "--overwrite",
}


@verb
def prepare(
    source: Path = typer.Argument(
        help="A TSV manifest, a LibriSpeech tree, a Common Voice TSV, or a folder of audio."
    ),
    out: Path = typer.Option(..., help="Folder for the shards; must not exist."),
    manifest_format: str = typer.Option(
        None, "--format", help="tsv, librispeech, commonvoice or folder; found out if left away."
    ),
    language: str = typer.Option(None, help="Language of the clips, such as en."),
    min_seconds: float = typer.Option(0.0, min=0, help="Set shorter clips aside."),
    max_seconds: float = typer.Option(None, min=0, help="Set longer clips aside."),
    cut_seconds: float = typer.Option(
        None, "--cut", min=2, help="Cut unlabelled recordings, in their pauses, to this length."
    ),
    duplicates: str = typer.Option("keep", help="keep or drop clips that repeat another's audio."),
    overwrite: bool = typer.Option(False, "--overwrite", help="Replace shards already there."),
    shard_megabytes: float = typer.Option(64, min=0.1, help="Size of a shard."),
    workers: int = typer.Option(1, min=1, help="Processes that decode."),
    beam_options: list[str] = typer.Option(
        [],
        "--beam-option",
        metavar="NAME=VALUE",
        help="Option of Apache Beam, such as runner=FlinkRunner (again and again).",
    ),
):
    """Turn recordings into 16 kHz shards that training reads.

    Files that are broken, empty, silent or too short are set aside with a reason each and never
    stop the work. Stopped at any moment, the same command carries on.

    Example: keras-w2v2 prepare recordings/ --out shards/train
    """
    # The decoding processes import TensorFlow themselves: here it would only take memory.
    startup.tensorflow() if workers == 1 else startup.quiet()
    from keras_w2v2.training import native_output
    from keras_w2v2.training.preparation import prepare as training
    from keras_w2v2.training.progress import Progress

    with _options_named(), native_output.hidden(), Progress("preparing", unit="files") as shown:

        def show(done, total, seconds):
            shown.total = total
            shown.update(done, kept=f"{seconds / 60:.1f} min kept")

        summary = training.prepare(
            source,
            out,
            manifest_format=manifest_format,
            language=language,
            min_seconds=min_seconds,
            max_seconds=max_seconds,
            cut_seconds=cut_seconds,
            duplicates=duplicates,
            shard_megabytes=shard_megabytes,
            num_workers=workers,
            overwrite=overwrite,
            progress=show,
            beam_options=[f"--{option.removeprefix('--')}" for option in beam_options],
        )
    print(summary)


@contextlib.contextmanager
def _options_named():
    """Tells of arguments by the names of the options that they were typed with."""
    try:
        yield
    except ArgumentError as error:
        raise error.named(OPTIONS) from None
