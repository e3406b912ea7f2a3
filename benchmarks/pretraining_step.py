"""One pre-training step with AdamW: Keras beside transformers.

python -m benchmarks.pretraining_step [--size base|tiny] [--threads 2] [--clips 2] [--seconds 5]
    [--repeats 5] [--out FILE] [--contenders transformers "Keras jit_compile" ...]

A processor without bfloat16 takes minutes for a step of transformers in it: leave it out there.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import contender, machine, peers, report
from keras_w2v2.training import memory

REFERENCE = "transformers"
SAMPLE_RATE = 16_000
RATE = 5e-4


def keras_step(folder, waveform, threads, compiled, policy="float32"):
    """Wav2Vec2ForPreTraining's own train_step, as `keras-w2v2 pretrain` runs it."""
    memory.keep_between_updates()
    peers.limit_tensorflow(threads)
    import keras

    from keras_w2v2.interop import load_huggingface
    from keras_w2v2.training.optimizers import AveragingAdamW

    keras.config.set_dtype_policy(policy)
    model = load_huggingface(folder)
    optimizer = AveragingAdamW(RATE, weight_decay=0.01, beta_2=0.98, epsilon=1e-6)
    model.compile(optimizer=optimizer, jit_compile=compiled)
    batch = {"waveform": waveform, "length": np.full(len(waveform), waveform.shape[1], "int32")}
    return lambda: model.train_on_batch(batch)


def torch_step(folder, waveform, threads, autocast):
    """transformers' Wav2Vec2ForPreTraining as its own pre-training script drives it."""
    import torch
    from transformers import Wav2Vec2ForPreTraining
    from transformers.models.wav2vec2 import modeling_wav2vec2 as theirs

    torch.set_num_threads(threads)
    model = Wav2Vec2ForPreTraining.from_pretrained(folder).train()
    optimizer = torch.optim.AdamW(
        model.parameters(), RATE, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.01
    )
    inputs = torch.tensor(waveform)
    shape = len(waveform), int(model._get_feat_extract_output_lengths(waveform.shape[1]))
    config = model.config

    def step():
        mask = theirs._compute_mask_indices(
            shape, config.mask_time_prob, config.mask_time_length, min_masks=2
        )
        negatives = theirs._sample_negative_indices(shape, config.num_negatives, mask)
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            loss = model(
                inputs,
                mask_time_indices=torch.tensor(mask),
                sampled_negative_indices=torch.tensor(negatives),
            ).loss
        (loss / mask.sum()).backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return step


CONTENDERS = {
    REFERENCE: (torch_step, {"autocast": False}),
    "transformers bfloat16": (torch_step, {"autocast": True}),
    "Keras": (keras_step, {"compiled": False}),
    "Keras jit_compile": (keras_step, {"compiled": True}),
    # Not compiled: XLA has no bfloat16 matrix product of its own for CPUs and widens it.
    "Keras bfloat16": (keras_step, {"compiled": False, "policy": "mixed_bfloat16"}),
}


def compare(size="base", clips=2, seconds=5.0, repeats=5, threads=2, contenders=tuple(CONTENDERS)):
    """Measures each contender and returns a list of dicts."""
    with tempfile.TemporaryDirectory() as place:
        options = ["--folder", place, "--size", size, "--seconds", str(seconds)]
        options += ["--clips", str(clips), "--repeats", str(repeats)]
        prepared = contender.run(__spec__.name, "prepare", threads, options)
        if "error" in prepared:
            raise SystemExit(f"could not prepare the contenders: {prepared['error']}")
        rows = []
        for name in contenders:
            print(f"{name}, {threads} threads", file=sys.stderr)
            rows.append(contender.run(__spec__.name, name, threads, options))
    return report.with_ratios(rows, REFERENCE)


def show(rows, size, clips, seconds):
    """Prints the table."""
    columns = [
        ("contender", "name", ""),
        ("threads", "threads", "d"),
        ("seconds", "seconds", ".3f"),
        ("of transformers", "ratio", ".2f"),
        ("peak MB", "peak_megabytes", ".0f"),
    ]
    report.show(f"Pre-training step, {clips} clips of {seconds:g} s, {size}", rows, columns)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=list(peers.SIZES), default="base")
    parser.add_argument("--clips", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--out", type=Path, default=Path("benchmarks/results/pretraining_step.json")
    )
    parser.add_argument(
        "--contenders", nargs="+", choices=list(CONTENDERS), default=list(CONTENDERS)
    )
    for hidden in ("--contender", "--folder"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.contender == "prepare":
        peers.write_folder("PreTraining", given.size, given.folder)
        print("{}")
    elif given.contender:
        build, settings = CONTENDERS[given.contender]
        shape = (given.clips, round(given.seconds * SAMPLE_RATE))
        waveform = np.random.default_rng(0).normal(0, 0.1, shape).astype("float32")
        step = build(given.folder, waveform, given.threads, **settings)
        step()  # the first call also makes the optimizer's variables
        contender.measure(step, given.repeats)
    else:
        batch = given.clips, given.seconds
        rows = compare(given.size, *batch, given.repeats, given.threads, given.contenders)
        show(rows, given.size, *batch)
        report.write(given.out, {"machine": machine.describe(), "rows": rows})


if __name__ == "__main__":
    main()
