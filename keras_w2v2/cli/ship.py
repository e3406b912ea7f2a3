"""keras-w2v2 export, keras-w2v2 gate, keras-w2v2 convert"""

import enum
import functools
from pathlib import Path

import typer

from keras_w2v2.cli import startup, tables
from keras_w2v2.cli.commands import Finished, verb
from keras_w2v2.errors import UserError
from keras_w2v2.export.quantization import VARIANTS
from keras_w2v2.training import native_output

BREACHED = 3  # exit code of a model that does not pass the gate


class Format(str, enum.Enum):
    savedmodel = "savedmodel"
    tflite = "tflite"
    onnx = "onnx"


Variant = enum.Enum("Variant", {name.replace("-", "_"): name for name in VARIANTS}, type=str)


THRESHOLDS = typer.Option(
    None,
    "--threshold",
    metavar="NAME=NUMBER",
    help="A limit of the gate in place of the variant's own; may be given again.",
)


@functools.partial(verb, keeps_nothing=True)
def export(
    format: Format = typer.Argument(
        help="savedmodel (servers), tflite (phones) or onnx (onnxruntime)."
    ),
    model: Path = typer.Argument(help="A run, a .keras file or a Hugging Face folder."),
    out: Path = typer.Option(
        ..., help="Folder for savedmodel, else a file named .tflite or .onnx."
    ),
    variant: Variant = typer.Option(
        None,
        help="Numbers of the weights; for onnx float32 or int8, for savedmodel always float32.",
        show_default="int8 for tflite, float32 for onnx",
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
    gate: list[Path] = typer.Option(
        None, help="Shards or audio files that decide whether the file is written at all."
    ),
    threshold: list[str] = THRESHOLDS,
    licence: str = typer.Option(None, help="Licence of the weights, for the description."),
):
    """Write a recogniser for a server or a phone, run it, and compare it with Keras.

    Nothing is written when float32 differs from Keras, or when the gate finds more lost than its
    thresholds allow (exit code 3); OUT.gate.json and OUT.gate.html say what it found.

    Example: keras-w2v2 export tflite runs/fine --out speech.tflite --gate shards/test
    """
    if format is Format.savedmodel and variant:
        raise UserError("--variant is for tflite and onnx: a SavedModel is always float32")
    if format is not Format.tflite and windows:
        raise UserError(f"--window is for tflite: {format.value} takes any length")
    if threshold and not gate:
        raise UserError("--threshold is for the gate: give --gate too")
    if variant is Variant.int8_full and not clips:
        raise UserError("int8-full finds its scales on speech: give some with --clips")
    if not all(0 < seconds < float("inf") for seconds in windows or ()):
        raise UserError("--window must be a number of seconds above 0")
    startup.tensorflow()
    from keras_w2v2.export import tflite
    from keras_w2v2.export.thresholds import Thresholds
    from keras_w2v2.training.runs import provenance
    from keras_w2v2.training.runs.run_folder import load_model
    from keras_w2v2.training.sample_clips import sample_clips

    Thresholds().changed(threshold or ())  # before the work, not after it
    windows = windows or list(tflite.WINDOWS)
    waveforms = sample_clips(clips or gate, max_seconds=max(windows))
    network = load_model(model)
    about = provenance.about(model) | ({"licence": licence} if licence else {})
    check = _gate(network, gate, threshold, out) if gate else None
    with native_output.hidden():
        if format is Format.savedmodel:
            from keras_w2v2.export import savedmodel

            row = savedmodel.export(network, out, waveforms, about, check)
        elif format is Format.onnx:
            from keras_w2v2.export import onnx

            variant = variant or Variant.float32
            row = onnx.export(network, out, variant.value, waveforms, about, check)
        else:
            variant = variant or Variant.int8
            row = tflite.export(network, out, variant.value, windows, waveforms, about, check)
    if gate:
        print(tables.of_verdicts([row]))
        return
    kind = "yours" if clips else "made-up speech: give your own with --clips"
    print(f"{tables.of_exports([row])}\ncompared with Keras on {len(waveforms)} clips ({kind})")


@functools.partial(verb, keeps_nothing=True)
def gate(
    files: list[Path] = typer.Argument(
        metavar="FILE…", help="Exported models: .tflite files, SavedModel folders, .onnx files."
    ),
    against: Path = typer.Option(
        ..., help="The model they come from: a run, a .keras file or a Hugging Face folder."
    ),
    data: list[Path] = typer.Option(..., help="Shards or audio files; may be given again."),
    threshold: list[str] = THRESHOLDS,
    report: Path = typer.Option(None, help="HTML page to write; the JSON lies beside it."),
):
    """Judge exported models on real clips, beside the Keras model that they come from.

    Exit code 3 when one loses more than its thresholds allow.

    Example: keras-w2v2 gate app.tflite --against runs/fine --data shards/test
    """
    for file in files:
        if not file.exists():
            raise UserError(f"no '{file}': give .tflite or .onnx files or SavedModel folders")
    if report and report.suffix != ".html":
        raise UserError(f"--report must be named .html, got '{report}'")
    startup.tensorflow()
    from keras_w2v2.export import gate as judgement
    from keras_w2v2.training.runs.run_folder import load_model
    from keras_w2v2.training.sample_clips import judged_clips

    network, clips = load_model(against), judged_clips(data)
    with native_output.hidden():
        verdicts = [judgement.judge(file, network, clips, threshold or ()) for file in files]
    if report:
        _write_report(verdicts, report.with_suffix(""))
    print(tables.of_verdicts(verdicts))
    if not all(verdict.passes for verdict in verdicts):
        raise Finished(BREACHED)


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


def _gate(network, data, threshold, out):
    """Returns the check of an export: it ends the command where the file does not pass."""
    from keras_w2v2.export import gate as judgement
    from keras_w2v2.training.sample_clips import judged_clips

    clips = judged_clips(data)

    def check(partial):
        verdict = judgement.judge(partial, network, clips, threshold or (), shown_as=out)
        _write_report([verdict], out.parent / f"{out.name}.gate")
        if not verdict.passes:
            print(f"{tables.of_verdicts([verdict])}\n'{out}' was not written")
            raise Finished(BREACHED)
        return verdict

    return check


def _write_report(verdicts, stem):
    from keras_w2v2.export import gate as judgement
    from keras_w2v2.export import gate_page

    gate_page.write(verdicts, stem.with_name(f"{stem.name}.html"))
    judgement.write_json(verdicts, stem.with_name(f"{stem.name}.json"))
