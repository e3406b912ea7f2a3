"""keras-w2v2 evaluate, keras-w2v2 transcribe, keras-w2v2 listen"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import typer

from keras_w2v2 import interrupts
from keras_w2v2.cli import failures, startup, tables
from keras_w2v2.cli.commands import Finished, verb
from keras_w2v2.errors import UserError
from keras_w2v2.training import native_output

MODEL = typer.Argument(
    help="A run, a .keras file, a Hugging Face folder, a SavedModel, a .tflite or an .onnx file."
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

    Files that cannot be read are named on stderr, and the others are read; exit code 2 then.

    Example: keras-w2v2 transcribe runs/fine --words hello.wav
    """
    startup.for_reading(model)
    from keras_w2v2.training import recognizer
    from keras_w2v2.training import transcribe as training

    with native_output.hidden():
        reader = recognizer.load(model)
    several = len(files) > 1 or files[0].is_dir()
    broken = []

    def tell(error):
        broken.append(failures.report(error, "transcribe"))

    with native_output.hidden():  # an exported model loads a window when a clip asks for it
        for path, transcript in training.transcribe(reader, files, tell):
            if as_json:
                print(json.dumps({"file": str(path), **asdict(transcript)}, ensure_ascii=False))
            elif words:
                print(tables.of_words(path, transcript))
            else:
                print(f"{path}\t{transcript.text}" if several else transcript.text, flush=True)
    if broken:
        raise Finished(failures.NOT_DONE)


PIECE = 640  # bytes: 20 ms


@verb
def listen(
    model: Path = MODEL,
    latency: float = typer.Option(0.4, help="Seconds from a sound to its text."),
    window: float = typer.Option(
        None, help="Seconds that a window sees.", show_default="4 latencies at least"
    ),
):
    """Write what is said while it is said: raw PCM on stdin, 16 kHz, 16 bits, one channel.

    Words that will not change come on stdout; what they may go on with comes on stderr, where
    that is a terminal and stdout is not. Ctrl-C ends the listening, and what was heard is kept.

    Example: arecord -q -t raw -f S16_LE -r 16000 -c 1 | keras-w2v2 listen app.tflite
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise UserError("listen reads raw PCM from stdin: pipe a recorder into it (see --help)")
    startup.for_reading(model)
    from keras_w2v2.training import live, recognizer

    with native_output.hidden():
        reader = recognizer.load(model)
    hearing = live.LiveRecognizer(reader, live.live_plan(reader, latency, window))
    gap = "" if reader.vocabulary.word_delimiter is None else " "
    with native_output.hidden():
        _listen(hearing, sys.stdin.buffer, gap)


def _listen(hearing, pcm, gap):
    """Prints what is heard of a binary stream until it ends, or Ctrl-C ends it."""
    import numpy as np

    # On one terminal the unfinished words would be drawn over the finished ones.
    show, told = sys.stderr.isatty() and not sys.stdout.isatty(), 0
    try:
        while piece := pcm.read(PIECE):
            heard = hearing.push(np.frombuffer(piece[: len(piece) // 2 * 2], "<i2"))
            for word in heard.words:
                print(word.text, end=gap, flush=True)
            told += len(heard.words)
            if show:
                print(f"\r\x1b[K{heard.partial}", end="", file=sys.stderr, flush=True)
    except KeyboardInterrupt:  # the usual way to stop a microphone
        interrupts.forget()
    if show:
        print("\r\x1b[K", end="", file=sys.stderr)
    print(gap.join(word.text for word in hearing.finish().words[told:]), flush=True)
