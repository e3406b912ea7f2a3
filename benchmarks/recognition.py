"""Recognition of 10 s of speech: Keras, TFLite and SavedModel beside torch, 1 and 2 threads.

python -m benchmarks.recognition [--size base|tiny] [--seconds 10] [--repeats 5] [--out FILE]
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import contender, machine, peers, report

REFERENCE = "torch float32"
SAMPLE_RATE = 16_000


def keras_model(folder, waveform, threads, compiled):
    """The Keras model in a tf.function, with or without XLA."""
    peers.limit_tensorflow(threads)
    import tensorflow as tf

    from keras_w2v2.interop import load_huggingface

    model = load_huggingface(folder / "weights")

    @tf.function(jit_compile=compiled)
    def run(waveform, length):
        return model({"waveform": waveform, "length": length}, training=False)

    inputs = tf.constant(waveform[None]), tf.constant([len(waveform)])
    return lambda: run(*inputs).numpy()[0]


def saved_model(folder, waveform, threads):
    """The SavedModel's serving_default."""
    peers.limit_tensorflow(threads)
    from keras_w2v2.export import runner

    loaded = runner.load(folder / "savedmodel")
    return lambda: loaded.logits(waveform)


def tflite(folder, waveform, threads, variant):
    """A TFLite file in the LiteRT interpreter."""
    from keras_w2v2.export import runner

    loaded = runner.load(folder / f"{variant}.tflite", threads=threads)
    return lambda: loaded.logits(waveform)


def onnx_model(folder, waveform, threads, variant):
    """An ONNX file in onnxruntime."""
    from keras_w2v2.export import runner

    loaded = runner.load(folder / f"{variant}.onnx", threads=threads)
    return lambda: loaded.logits(waveform)


def torch_model(folder, waveform, threads, quantized):
    """transformers on torch, float32 or with dynamic int8 Linear layers."""
    import torch
    from transformers import Wav2Vec2ForCTC

    torch.set_num_threads(threads)
    model = Wav2Vec2ForCTC.from_pretrained(folder / "weights").eval()
    if quantized:
        linear = {torch.nn.Linear}
        model = torch.ao.quantization.quantize_dynamic(model, linear, dtype=torch.qint8)
    inputs = torch.tensor(waveform[None])

    def run():
        with torch.inference_mode():
            return model(inputs).logits[0].numpy()

    return run


CONTENDERS = {
    REFERENCE: (torch_model, {"quantized": False}, "weights/model.safetensors"),
    "torch dynamic int8": (torch_model, {"quantized": True}, None),
    "Keras": (keras_model, {"compiled": False}, "weights/model.safetensors"),
    "Keras jit_compile": (keras_model, {"compiled": True}, "weights/model.safetensors"),
    "SavedModel": (saved_model, {}, "savedmodel"),
    "TFLite float32": (tflite, {"variant": "float32"}, "float32.tflite"),
    "TFLite int8": (tflite, {"variant": "int8"}, "int8.tflite"),
    "ONNX float32": (onnx_model, {"variant": "float32"}, "float32.onnx"),
    "ONNX int8": (onnx_model, {"variant": "int8"}, "int8.onnx"),
}


def prepare(folder, size, seconds):
    """Writes the weights, the clip and the exports that the contenders read."""
    from keras_w2v2.export import onnx, savedmodel
    from keras_w2v2.export import tflite as tflite_export
    from keras_w2v2.interop import load_huggingface
    from keras_w2v2.text import Vocabulary

    peers.write_folder("CTC", size, folder / "weights")
    clip = np.random.default_rng(0).normal(0, 0.1, round(seconds * SAMPLE_RATE))
    np.save(folder / "clip.npy", clip.astype("float32"))
    Vocabulary.librispeech().save(folder / "weights")
    model = load_huggingface(folder / "weights")
    short = [clip[: 2 * SAMPLE_RATE]]  # enough to check the exports
    savedmodel.export(model, folder / "savedmodel", clips=short)
    windows = sorted({*tflite_export.WINDOWS, seconds})
    for variant in ("float32", "int8"):
        tflite_export.export(model, folder / f"{variant}.tflite", variant, windows, clips=short)
        onnx.export(model, folder / f"{variant}.onnx", variant, clips=short)


def compare(size="base", seconds=10.0, repeats=5, threads=(1, 2), names=tuple(CONTENDERS)):
    """Measures every contender and returns a list of dicts, one for each and thread count."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        options = ["--folder", place, "--size", size, "--seconds", str(seconds)]
        options += ["--repeats", str(repeats)]
        prepared = contender.run(__spec__.name, "prepare", max(threads), options)
        if "error" in prepared:
            raise SystemExit(f"could not prepare the contenders: {prepared['error']}")
        rows = []
        for count in threads:
            for name in names:
                print(f"{name}, {count} threads", file=sys.stderr)
                row = contender.run(__spec__.name, name, count, options)
                row |= {"file_megabytes": _megabytes(folder, CONTENDERS[name][2])}
                rows.append(row | _difference(folder, name))
    return report.with_ratios(rows, REFERENCE)


def _difference(folder, name):
    """Relative logit error and frame agreement against torch float32, from the saved logits."""
    files = [folder / f"{each}.npy" for each in (REFERENCE, name)]
    if not all(file.exists() for file in files):
        return {}
    wanted, found = map(np.load, files)
    return {
        "relative_error": float(np.abs(found - wanted).max() / np.abs(wanted).max()),
        "agreement": float((found.argmax(-1) == wanted.argmax(-1)).mean()),
    }


def _megabytes(folder, name):
    if name is None:
        return None
    path = folder / name
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def show(rows, size, seconds):
    """Prints the table."""
    columns = [
        ("contender", "name", ""),
        ("threads", "threads", "d"),
        ("seconds", "seconds", ".3f"),
        ("of torch", "ratio", ".2f"),
        ("peak MB", "peak_megabytes", ".0f"),
        ("file MB", "file_megabytes", ".1f"),
        ("logit error", "relative_error", ".1e"),
        ("same best token", "agreement", ".3f"),
    ]
    report.show(f"Recognition of {seconds:g} s, {size}", rows, columns)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=list(peers.SIZES), default="base")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/recognition.json"))
    for hidden in ("--contender", "--folder"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.contender == "prepare":
        prepare(Path(given.folder), given.size, given.seconds)
        print("{}")
    elif given.contender:
        build, settings, _ = CONTENDERS[given.contender]
        folder = Path(given.folder)
        step = build(folder, np.load(folder / "clip.npy"), given.threads, **settings)
        np.save(folder / f"{given.contender}.npy", step())
        contender.measure(step, given.repeats)
    else:
        rows = compare(given.size, given.seconds, given.repeats)
        show(rows, given.size, given.seconds)
        report.write(given.out, {"machine": machine.describe(), "rows": rows})


if __name__ == "__main__":
    main()
