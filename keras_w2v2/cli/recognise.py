"""keras-w2v2 evaluate, keras-w2v2 transcribe"""

import json
from dataclasses import asdict
from pathlib import Path

import typer

from keras_w2v2.cli import startup, tables
from keras_w2v2.cli.commands import verb
from keras_w2v2.training import native_output

MODEL = typer.Argument(
    help="A run, a .keras file, a Hugging Face folder, a SavedModel folder or a .tflite file."
)


@verb
def evaluate(
    model: Path = MODEL,
    data: list[Path] = typer.Option(..., help="Shards with transcripts; may be given again."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of a table."),
):
    """Count the errors of a recogniser on transcribed speech.

    Example: keras-w2v2 evaluate runs/fine --data shards/test
    """
    startup.tensorflow()
    from keras_w2v2.training import evaluate as training
    from keras_w2v2.training import recognizer

    with native_output.hidden():
        reader = recognizer.load(model)
    result = training.evaluate(reader, data)
    if as_json:
        print(json.dumps(asdict(result), ensure_ascii=False, indent=2))
    else:
        print(tables.of_errors(result))


@verb
def transcribe(
    model: Path = MODEL,
    files: list[Path] = typer.Argument(metavar="FILE…", help="Audio files, or folders of them."),
    words: bool = typer.Option(False, "--words", help="Print each word with its times."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object a file."),
):
    """Write what is said in audio files.

    Example: keras-w2v2 transcribe runs/fine --words hello.wav
    """
    startup.tensorflow()
    from keras_w2v2.training import recognizer
    from keras_w2v2.training import transcribe as training

    with native_output.hidden():
        reader = recognizer.load(model)
    several = len(files) > 1 or files[0].is_dir()
    for path, transcript in training.transcribe(reader, files):
        if as_json:
            print(json.dumps({"file": str(path), **asdict(transcript)}, ensure_ascii=False))
        elif words:
            print(tables.of_words(path, transcript))
        else:
            print(f"{path}\t{transcript.text}" if several else transcript.text, flush=True)
