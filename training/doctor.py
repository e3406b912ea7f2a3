"""What this machine has: versions, devices, memory, and what is missing for which work."""

import importlib.metadata
import importlib.util
import os
import platform
from dataclasses import dataclass

from keras_w2v2.training import machine

# distribution -> what needs it; the extra that brings it is None where it always comes along.
_NEEDED = (
    ("tensorflow", "everything", None),
    ("keras", "everything", None),
    ("numpy", "everything", None),
    ("wrapt", "everything", None),
    ("tensorflow-text", "text normalisation in graphs", None),
    ("apache-beam", "prepare", None),
    ("soundfile", "reading audio files", None),
    ("soxr", "resampling", None),
    ("jiwer", "error rates", None),
    ("safetensors", "Hugging Face checkpoints", None),
    ("pydantic", "recipes", None),
    ("matplotlib", "report.html", None),
    ("tensorboard", "TensorBoard logs", None),
    ("ai-edge-litert", "running .tflite files", "export"),
    ("ai-edge-quantizer", "export tflite in int8", "export"),
    ("onnxruntime", "running .onnx files", "export"),
    ("tf2onnx", "export onnx", "export"),
    ("espeakng-loader", "demo", "demo"),
    ("torch", "fairseq checkpoints", "fairseq"),
    ("jax", "training with KERAS_BACKEND=jax", "jax"),
    ("tensorflow-io", "audio decoding in a tf.data graph of your own", "io"),
)


@dataclass(frozen=True)
class Finding:
    """One line of the examination.

    Attributes:
        subject: str, what was looked at ("tensorflow", "memory").
        state: str, what was found ("2.21.0", "not installed").
        advice: str, what it is for or how to get it.
        missing: bool, whether something that work needs is not there.
    """

    subject: str
    state: str
    advice: str = ""
    missing: bool = False


def examine():
    """Looks the machine over; never raises on account of what it finds.

    Returns:
        list of Finding.

    Example:
        >>> [finding.subject for finding in examine() if finding.missing]
        ['torch', 'jax', 'tensorflow-io']
    """
    return [*_machine(), *_devices(), *(_package(*row) for row in _NEEDED)]


def _machine():
    import keras_w2v2

    yield Finding("keras-w2v2", keras_w2v2.__version__)
    yield Finding("python", platform.python_version(), platform.platform())
    yield Finding("cores", str(machine.cores()))
    try:
        import psutil
    except ImportError:
        yield Finding("memory", "unknown", "pip install psutil", missing=True)
        return
    memory = psutil.virtual_memory()
    yield Finding("memory", f"{memory.total / 2**30:.1f} GB, {memory.available / 2**30:.1f} free")
    disk = psutil.disk_usage(os.getcwd())
    yield Finding("disk", f"{disk.free / 1e9:.1f} GB free", "in the current folder")


def _devices():
    try:
        import tensorflow as tf

        devices = [d.device_type for d in tf.config.list_physical_devices()]
    except Exception as error:  # a broken installation is exactly what is looked for
        yield Finding("devices", "TensorFlow does not start", str(error), missing=True)
        return
    names = ", ".join(f"{devices.count(kind)} {kind}" for kind in sorted(set(devices)))
    advice = "" if set(devices) - {"CPU"} else "no accelerator: expect small models only"
    yield Finding("devices", names, advice)


def _package(name, purpose, extra):
    try:
        return Finding(name, importlib.metadata.version(name), purpose)
    except importlib.metadata.PackageNotFoundError:
        install = f"pip install 'keras-w2v2[{extra}]'" if extra else f"pip install {name}"
        return Finding(name, "not installed", f"for {purpose}: {install}", missing=True)
