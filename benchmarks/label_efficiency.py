"""What pre-training is worth: error rates after fine-tuning on a few labels, with it and without.

python -m benchmarks.label_efficiency LABELS.tsv --dev SHARDS --pretrained RUN --out FOLDER
    [--recipe digits_finetune] [--minutes 1 3 all] [--seeds 0 1 2] [--set key=value ...]

For each amount of labels and each seed, the same clips are learnt twice with the same recipe and
architecture: from random weights and from the pre-trained run. The seed rules which clips are
labelled, the initial weights (with pre-training: of the head) and the order of the clips. FOLDER
keeps what is finished: the same command carries on, and adds further seeds and amounts. It holds
table.md, label_efficiency.png, results/*.json with the command of each training, and the runs.
"""

import argparse
import json
import shlex
import sys
import time
from pathlib import Path

from benchmarks import label_efficiency_report, label_subsets, machine
from keras_w2v2.data import manifests
from keras_w2v2.training.configuration import recipe_file
from keras_w2v2.training.preparation import prepare


def measure(given):
    """Runs what is not yet measured and returns all results (list of dict)."""
    entries = manifests.read(given.labels).entries
    found = []
    for minutes in given.minutes:
        for seed in given.seeds:
            for arm in given.arms:
                name = f"{arm}-{minutes}-{seed}"
                file = given.out / "results" / f"{name}.json"
                if not file.exists():
                    print(time.strftime("%H:%M"), name, file=sys.stderr)
                    shards = _labelled(entries, minutes, seed, given.out)
                    result = _trained(name, arm, shards, seed, given)
                    result |= {"arm": arm, "minutes": minutes, "seed": seed}
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
                found.append(json.loads(file.read_text(encoding="utf-8")))
                label_efficiency_report.write(found, given.out)
    return found


def architecture(run):
    """Returns the settings that give random weights the architecture of a run (list of str).

    With the gradient scale of its feature encoder, which fine-tuning inherits; not its dropouts,
    which fine-tuning sets anew.
    """
    from keras_w2v2 import Wav2Vec2Backbone
    from keras_w2v2.models.backbone_settings import REGULARISATION
    from keras_w2v2.models.settings import fields

    model = recipe_file.read(Path(run) / "config.yaml")["model"]
    anew = set(REGULARISATION) - {"feature_grad_mult"}
    names = [name for name in fields(Wav2Vec2Backbone) if name in model and name not in anew]
    given = [f"model.{name}={json.dumps(model[name])}" for name in names]
    return ["model.preset=wav2vec2_tiny", *given]  # a recipe may name none; nothing of it is left


def _labelled(entries, minutes, seed, out):
    """Returns the folder of shards with that much labelled speech, made where it is missing."""
    limit, name = (None, "all") if minutes == "all" else (minutes, f"{minutes}-{seed}")
    shards = out / "labels" / name
    if not shards.exists():
        table = out / "labels" / f"{name}.tsv"
        label_subsets.write(label_subsets.choose(entries, limit, seed), table)
        prepare.prepare(table, shards)
    return shards


def _trained(name, arm, shards, seed, given):
    """Fine-tunes and evaluates; returns the error rates and the command."""
    import keras

    from keras_w2v2.data.shards import ShardIndex
    from keras_w2v2.training.evaluate import evaluate
    from keras_w2v2.training.finetune import finetune
    from keras_w2v2.training.progress import Quiet

    run, init = given.out / "runs" / name, None
    settings = [*given.settings, f"seed={seed}"]
    if arm == "pretrained":
        init = given.pretrained
        settings.append("model.preset=null")  # the run says what it is
    else:
        settings += architecture(given.pretrained)
    began = time.perf_counter()
    if not (run / "model.keras").exists():
        finetune(given.recipe, shards, run, init=init, settings=settings, progress=Quiet)
    took = time.perf_counter() - began
    rates = evaluate(run, given.dev, progress=Quiet)
    keras.backend.clear_session()  # or every finished model would stay
    return {
        "character_error_rate": rates.character_error_rate,
        "word_error_rate": rates.word_error_rate,
        "label_minutes": 60 * ShardIndex.load(shards).hours,
        "command": _command(given, shards, run, init, settings),
        "seconds": round(took),
        "machine": machine.describe(),
    }


def _command(given, shards, run, init, settings):
    """Returns what one would type for the same training (str)."""
    words = ["keras-w2v2", "finetune", given.recipe, "--data", shards]
    words += [] if init is None else ["--init", init]
    words += ["--out", run, *(word for each in settings for word in ("--set", each))]
    return shlex.join(map(str, words))


def amount(text):
    return text if text == "all" else float(text) if "." in text else int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", type=Path, help="manifest with num_samples, speaker, transcript")
    parser.add_argument("--dev", type=Path, required=True, help="shards of other speakers")
    parser.add_argument("--pretrained", type=Path, required=True, help="run of pre-training")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--recipe", default="digits_finetune")
    parser.add_argument("--minutes", type=amount, nargs="+", default=[1, 3, "all"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--arms",
        nargs="+",
        choices=label_efficiency_report.ARMS,
        default=list(label_efficiency_report.ARMS),
    )
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    label_efficiency_report.show(measure(given))


if __name__ == "__main__":
    main()
