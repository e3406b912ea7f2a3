"""keras-w2v2 export, keras-w2v2 convert"""

import enum
import functools
from pathlib import Path

import typer

from keras_w2v2.cli import startup, tables
from keras_w2v2.cli.commands import verb
from keras_w2v2.errors import UserError
from keras_w2v2.training import native_output


class Format(str, enum.Enum):
    savedmodel = "savedmodel"
    tflite = "tflite"


class Variant(str, enum.Enum):
    float32 = "float32"
    float16 = "float16"
    int8 = "int8"
    int4 = "int4"
    int8_full = "int8-full"


@functools.partial(verb, keeps_nothing=True)
def export(
    format: Format = typer.Argument(help="savedmodel (servers) or tflite (phones)."),
    model: Path = typer.Argument(help="A run, a .keras file or a Hugging Face folder."),
    out: Path = typer.Option(..., help="Folder for savedmodel, .tflite file for tflite."),
    variant: Variant = typer.Option(
        None, help="Numbers of a .tflite file's weights.", show_default="int8"
    ),
    windows: list[float] = typer.Option(
        None,
        "--window",
        help="Seconds of a window of a .tflite file; may be given again.",
        show_default="2, 5, 10 and 15",
    ),
    clips: list[Path] = typer.Option(
        None, help="Audio files or shards to compare on; made-up speech if left away."
    ),
):
    """Write a recogniser for a server or a phone, run it, and compare it with Keras.

    Nothing is written when float32 differs from Keras; what int8 costs is printed.

    Example: keras-w2v2 export tflite runs/fine --out speech.tflite --clips hello.wav
    """
    if format is Format.savedmodel and (variant or seconds):
        raise UserError("--variant and --seconds are for tflite: a SavedModel takes any length")
    variant, seconds = variant or Variant.int8, seconds or 10.0
    startup.tensorflow()
    from keras_w2v2.training.run_folder import load_model
    from keras_w2v2.training.sample_clips import sample_clips

    waveforms = sample_clips(clips, max_seconds=seconds)
    network = load_model(model)
    with native_output.hidden():
        if format is Format.savedmodel:
            from keras_w2v2.export import savedmodel

            row = savedmodel.export(network, out, clips=waveforms)
        else:
            from keras_w2v2.export import tflite

            row = tflite.export(
                network, out, variant=variant.value, seconds=seconds, clips=waveforms
            )
    kind = "yours" if clips else "made-up speech: give your own with --clips"
    print(f"{tables.of_exports([row])}\ncompared with Keras on {len(waveforms)} clips ({kind})")


@functools.partial(verb, keeps_nothing=True)
def convert(
    source: Path = typer.Argument(
        help="A Hugging Face folder, a fairseq .pt file, or a run or .keras file of ours."
    ),
    out: Path = typer.Option(
        ..., help="NAME.keras for our format, any other name for a Hugging Face folder."
    ),
):
    """Convert weights between this project, Hugging Face and fairseq.

    A .pt file is read as fairseq's, a folder with config.json as Hugging Face's, anything else
    as ours; what is written depends on the name given with --out.

    Example: keras-w2v2 convert downloads/wav2vec2-base-960h --out base.keras
    """
    startup.tensorflow()
    from keras_w2v2.training.convert import convert as convert_weights

    print(convert_weights(source, out))
