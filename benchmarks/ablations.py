"""What each part of pre-training is worth: the same small model with one thing changed at a time.

python -m benchmarks.ablations SHARDS ... --labels SHARDS --dev SHARDS --out FOLDER
    [--arms published no_mask ...] [--seeds 0 1 2] [--set key=value ...]

SHARDS are unlabelled speech; --labels and --dev hold clips of single words, of different speakers.
Every arm is pre-trained with every seed, which rules initial weights, masks, distractors and the
order of the clips; the guard warns and lets all come to their end. Measured are the means of the
last 100 updates and what a linear probe (`linear_probe`) reads from the frozen features with 1 and
3 minutes of labels, three draws of them, the same for all arms. FOLDER keeps what is finished: the
same command carries on, and adds further arms and seeds. It holds table.md, ablations.png,
results/*.json with the command of each training, and the runs.
"""

import argparse
import json
import shlex
import statistics
import sys
import time
from pathlib import Path

from benchmarks import ablations_report, linear_probe, machine
from keras_w2v2.data import pipeline

RECIPE = "small_pretrain"
# Narrow and short enough for five minutes on a core, with LARGE's penalty and gradient scale, by
# which so small a model leaves chance earlier.
SMALLER = (
    "model.conv_filters=[16, 32, 32, 48, 64, 64, 64]",
    "model.hidden_dim=128",
    "model.num_layers=2",
    "model.intermediate_dim=384",
    "model.position_kernel=32",
    "model.code_dim=64",
    "model.projection_dim=64",
    "model.feature_penalty_weight=0.0",
    "model.feature_grad_mult=1.0",
    "model.input_dropout=0.0",
    "model.quantizer_dropout=0.0",
    "data.batch_seconds=20.0",
    "data.max_seconds=2.0",
    "data.num_buckets=1",
    "optimizer.updates=800",
    "optimizer.warmup_updates=80",
    "optimizer.peak_rate=2e-3",
    "jit_compile=false",  # compiling would take as long as it saves
    "log_every=50",
    "guard.action=warn",
)
ARMS = {
    "published": (),
    "no_diversity": ("model.diversity_weight=0.0",),
    # The same frames are asked for, and the transformer sees them.
    "no_mask": ("model.mask_inputs=false",),
    "continuous": ("model.num_codebooks=0",),
    # In place of those of the same clip, of which at least one must stay: 51 ways in every arm.
    "cross_utterance": ("model.num_distractors=1", "model.cross_utterance_distractors=49"),
}
MINUTES = (1, 3)
DRAWS = (0, 1, 2)  # of the labels


def measure(given):
    """Runs what is not yet measured and returns all results (list of dict)."""
    clips = [list(pipeline.clips(folder)) for folder in (given.labels, given.dev)]
    found = []
    for seed in given.seeds:
        for arm in (ablations_report.RANDOM, *given.arms):
            file = given.out / "results" / f"{arm}-{seed}.json"
            if not file.exists():
                print(time.strftime("%H:%M"), file.stem, file=sys.stderr)
                result = _random(seed, given) if arm not in ARMS else _trained(arm, seed, given)
                result["wrong_digits"] = _probed(result.pop("backbone"), *clips)
                result |= {"arm": arm, "seed": seed, "machine": machine.describe()}
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            found.append(json.loads(file.read_text(encoding="utf-8")))
            ablations_report.write(found, given.out)
    return found


def last_figures(rows, updates=100):
    """Returns the means of a run's figures over its last updates, and what the guard said.

    Args:
        rows: list of dict, the lines of metrics.jsonl.
        updates: int, at the end.

    Returns:
        dict of "contrastive_loss", "accuracy" and, with codes, "code_perplexity", each a mean
        over lines; "findings", list of str; "curve", list of (updates, contrastive loss).
    """
    lines = [row for row in rows if row["split"] == "train"]
    last = [row for row in lines if row["updates"] > lines[-1]["updates"] - updates]
    names = ("contrastive_loss", "accuracy", "code_perplexity")
    figures = {n: statistics.mean(row[n] for row in last) for n in names if n in last[0]}
    said = [f"{r['finding']} at {r['updates']}" for r in rows if r["split"] == "guard"]
    curve = [(row["updates"], row["contrastive_loss"]) for row in lines]
    return figures | {"findings": said, "curve": curve}


def _trained(arm, seed, given):
    """Pre-trains, or carries on, and returns the figures, the command and the backbone."""
    import keras

    from keras_w2v2.training.pretrain import pretrain
    from keras_w2v2.training.progress import Quiet
    from keras_w2v2.training.runs.run_folder import RunFolder, load_model

    run = RunFolder(given.out / "runs" / f"{arm}-{seed}")
    settings = [*SMALLER, *ARMS[arm], *given.settings, f"seed={seed}"]
    if not run.finished:
        pretrain(RECIPE, given.shards, run.path, settings=settings, progress=Quiet)
        keras.backend.clear_session()  # or every finished model would stay
    words = ["keras-w2v2", "pretrain", RECIPE]
    words += [word for folder in given.shards for word in ("--data", folder)]
    words += ["--out", run.path, *(word for each in settings for word in ("--set", each))]
    command = shlex.join(map(str, words))
    backbone = load_model(run.path).backbone
    return last_figures(run.metrics()) | {"command": command, "backbone": backbone}


def _random(seed, given):
    """Returns an untrained backbone of the same architecture, to compare with."""
    from keras_w2v2 import Wav2Vec2Backbone
    from keras_w2v2.models.settings import fields
    from keras_w2v2.training.configuration.schema import PretrainConfig
    from keras_w2v2.training.runs import seeding

    model = PretrainConfig.load(RECIPE, [*SMALLER, *given.settings]).model
    known = fields(Wav2Vec2Backbone)
    settings = {name: value for name, value in model.overrides().items() if name in known}
    with seeding.seeded(seed):
        return {"backbone": Wav2Vec2Backbone.from_preset(model.preset, **settings)}


def _probed(backbone, labelled, dev):
    """Returns the share of wrong words for each amount of labels: dict of list by layer."""
    rows = linear_probe.compare({"run": backbone}, labelled, dev, MINUTES, DRAWS)
    return {str(minutes): [row[f"run {minutes}"] for row in rows] for minutes in MINUTES}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", nargs="+", help="unlabelled speech")
    parser.add_argument("--labels", required=True, help="shards, a word in each clip")
    parser.add_argument("--dev", required=True, help="shards of other speakers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="KEY=VALUE")
    ablations_report.show(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
