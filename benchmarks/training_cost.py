"""Training steps beside what `keras-w2v2 plan` expects of them: by length, batch, recomputation.

python -m benchmarks.training_cost [--cases base,large,…] [--threads 2] [--repeats 3] [--out FILE]
    [--compiled] [--policy mixed_bfloat16]
"""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks import contender, machine, peers, report
from keras_w2v2.training import memory

SAMPLE_RATE = 16_000


@dataclass(frozen=True)
class Case:
    """One pre-training step: so many clips of so many seconds."""

    preset: str
    clips: int
    seconds: float
    settings: dict = field(default_factory=dict)
    micro_batches: int = 1


CASES = {
    "tiny": Case("wav2vec2_tiny", 8, 5.0),
    "base 5 s": Case("wav2vec2_base", 1, 5.0),
    "base 10 s": Case("wav2vec2_base", 1, 10.0),
    "base": Case("wav2vec2_base", 1, 15.6),
    "base 2 x 5 s": Case("wav2vec2_base", 2, 5.0),
    "base 4 x 5 s": Case("wav2vec2_base", 4, 5.0),
    "base recompute": Case("wav2vec2_base", 1, 15.6, {"recompute": True}),
    "base parts": Case("wav2vec2_base", 4, 5.0, {}, 4),
    "large": Case("wav2vec2_large_lv60", 1, 15.6),
    "large recompute": Case("wav2vec2_large_lv60", 1, 15.6, {"recompute": True}),
}


def build(case, threads, compiled, policy):
    """Returns a function that makes one update on noise."""
    memory.keep_between_updates()
    peers.limit_tensorflow(threads)
    import keras

    from keras_w2v2 import Wav2Vec2ForPreTraining
    from keras_w2v2.training.optimizers import AveragingAdamW

    keras.config.set_dtype_policy(policy)
    model = Wav2Vec2ForPreTraining.from_preset(case.preset, **case.settings)
    model.compile(
        optimizer=AveragingAdamW(1e-5, global_clipnorm=1.0),
        jit_compile=compiled,
        micro_batches=case.micro_batches,
    )
    model.optimizer.build(model.trainable_variables)
    shape = (case.clips, round(case.seconds * SAMPLE_RATE))
    waveform = np.random.default_rng(0).normal(0, 0.1, shape).astype("float32")
    batch = {"waveform": waveform, "length": np.full(case.clips, shape[1], "int32")}
    return lambda: model.train_on_batch(batch)


def expected(case):
    """Returns the seconds and the peak megabytes that the plan's arithmetic gives."""
    from keras_w2v2 import Wav2Vec2ForPreTraining
    from keras_w2v2.training.planning import devices, weightless
    from keras_w2v2.training.planning.cost_model import Architecture

    model = weightless.build(
        lambda: Wav2Vec2ForPreTraining.from_preset(case.preset, **case.settings)
    )
    architecture, device = Architecture.of(model), devices.DEVICES["cpu"]
    flops = case.clips * architecture.clip_flops(case.seconds)
    kept = case.clips * architecture.clip_activations(case.seconds, 4)
    weights = 4 * model.count_params() * (4 + (case.micro_batches > 1))
    return {
        "expected_seconds": device.seconds(flops, kept),
        "expected_megabytes": (kept / case.micro_batches + weights) / 1e6,
    }


def compare(names, threads, repeats, compiled, policy):
    """Measures the cases and returns a list of dicts."""
    rows = []
    for name in names:
        print(name, file=sys.stderr)
        options = ["--repeats", str(repeats), "--policy", policy]
        options += ["--compiled"] if compiled else []
        rows.append(contender.run(__spec__.name, name, threads, options) | expected(CASES[name]))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--compiled", action="store_true", help="compile with XLA")
    parser.add_argument("--policy", default="float32", help="Keras' dtype policy")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/training_cost.json"))
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.contender:
        step = build(CASES[given.contender], given.threads, given.compiled, given.policy)
        contender.measure(step, given.repeats)
        return
    names = given.cases.split(",")
    rows = compare(names, given.threads, given.repeats, given.compiled, given.policy)
    columns = [
        ("case", "name", ""),
        ("seconds", "seconds", ".3f"),
        ("expected", "expected_seconds", ".3f"),
        ("peak MB", "peak_megabytes", ".0f"),
        ("expected MB", "expected_megabytes", ".0f"),
    ]
    report.show("Training steps beside the plan", rows, columns)
    report.write(given.out, {"machine": machine.describe(), "rows": rows})


if __name__ == "__main__":
    main()
