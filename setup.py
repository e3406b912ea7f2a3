"""Packaging of keras-w2v2: three top folders, one package."""

from pathlib import Path

from setuptools import find_packages, setup

# `training/` and `export/` lie at the top of the repository because that is where a user
# looks for them; they are installed inside the package, never under their bare names.
PACKAGES = [
    *find_packages(include=["keras_w2v2", "keras_w2v2.*"]),
    "keras_w2v2.training",
    *(f"keras_w2v2.training.{name}" for name in find_packages("training")),
    "keras_w2v2.export",
]

EXPORT = ["ai-edge-litert>=2.1", "ai-edge-quantizer>=0.5"]
EXPORT += ["onnx>=1.17", "onnxruntime>=1.20", "tf2onnx>=1.17"]
DEMO = ["espeakng-loader>=0.2.4"]
JAX = ["jax>=0.4.30"]
PEERS = ["torch==2.13.0", "transformers>=5.0,<6", *JAX]
TEST = ["pytest>=8", "pytest-xdist>=3.6", "hypothesis>=6.100", "scipy>=1.12", "ruff==0.17.5"]

setup(
    name="keras-w2v2",
    version="0.1.0",
    description="wav2vec 2.0 for Keras and TensorFlow: pre-train, fine-tune with CTC, ship",
    long_description=Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=PACKAGES,
    package_dir={
        "keras_w2v2": "keras_w2v2",
        "keras_w2v2.training": "training",
        "keras_w2v2.export": "export",
    },
    package_data={"keras_w2v2.training": ["recipes/*.yaml"]},
    install_requires=[
        "tensorflow>=2.16.2",
        "keras>=3.10",
        "tensorflow-text>=2.16.1",
        "apache-beam>=2.60",
        "numpy>=1.26",
        "soundfile>=0.12",
        "soxr>=0.4",
        "jiwer>=3.1",
        "safetensors>=0.4.3",
        "pydantic>=2.7",
        "PyYAML>=6",
        "typer>=0.15",
        "rich>=13",
        "matplotlib>=3.8",
        "tensorboard>=2.16",
        "psutil>=5.9",
        "wrapt>=1.14",
    ],
    extras_require={
        "export": EXPORT,
        "demo": DEMO,
        "fairseq": ["torch>=2.2"],
        "jax": JAX,
        "peers": PEERS,
        "test": TEST,
        # tensorflow-io's last release loads only with TensorFlow 2.16.
        "io": [
            "tensorflow==2.16.2",
            "tensorflow-text==2.16.1",
            "tensorflow-io==0.37.1",
            "numpy==1.26.4",
        ],
        "all": EXPORT + DEMO,
    },
    entry_points={"console_scripts": ["keras-w2v2 = keras_w2v2.cli:program"]},
)
