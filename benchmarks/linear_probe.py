"""What frozen features know of the words: a linear probe on every layer, without fine-tuning.

python -m benchmarks.linear_probe RUN LABELS_SHARDS DEV_SHARDS [--minutes 1 3 all] [--seeds 0 1 2]

For corpora whose clips are single words. A clip's features are the mean over frames of a layer's
output, standardised over the labelled clips; ridge regression on indicators of the words reads
them. It learns from a few minutes of labels (`label_subsets`) and is tested on other speakers: once
with the run's weights, once with random weights of the same architecture.
"""

import argparse
import statistics

import numpy as np

from benchmarks import label_subsets, report
from benchmarks.label_efficiency import amount
from keras_w2v2.data import manifests, pipeline

CLIPS_A_BATCH = 32
PENALTY = 0.1  # a labelled clip, features being standardised


def features(backbone, clips):
    """Returns the mean over frames of the output of every layer.

    Args:
        backbone: Wav2Vec2Backbone.
        clips: list of data.records.Clip.

    Returns:
        float32 [layers + 1, clips, hidden_dim], the first block's input first.
    """
    pooled = [None] * len(clips)
    by_length = sorted(range(len(clips)), key=lambda i: len(clips[i].waveform))
    for at in range(0, len(by_length), CLIPS_A_BATCH):
        chosen = by_length[at : at + CLIPS_A_BATCH]
        lengths = np.array([len(clips[i].waveform) for i in chosen], np.int32)
        padded = np.zeros((len(chosen), lengths.max()), np.float32)
        for row, i in zip(padded, chosen, strict=True):
            row[: len(clips[i].waveform)] = clips[i].waveform
        states = backbone.hidden_states({"waveform": padded, "length": lengths})
        states = np.stack([np.asarray(state) for state in states])
        for row, (i, frames) in enumerate(
            zip(chosen, backbone.frames.frames(lengths), strict=True)
        ):
            pooled[i] = states[:, row, :frames].mean(1)
    return np.stack(pooled, 1)


def error_rate(train, train_words, dev, dev_words):
    """Returns the share of dev clips that ridge regression gives another word.

    Args:
        train, dev: float [clips, width].
        train_words, dev_words: list of str.
    """
    words = sorted(set(train_words))
    mean, deviation = train.mean(0), train.std(0) + 1e-6
    train, dev = (train - mean) / deviation, (dev - mean) / deviation
    wanted = np.array([[word == other for other in words] for word in train_words], float)
    gram = train.T @ train + PENALTY * len(train) * np.eye(train.shape[1])
    weights = np.linalg.solve(gram, train.T @ (wanted - wanted.mean(0)))
    found = (dev @ weights + wanted.mean(0)).argmax(1)
    return statistics.mean(words[i] != word for i, word in zip(found, dev_words, strict=True))


def compare(backbones, labelled, dev, amounts, seeds):
    """Returns a row for each layer with the mean error rate of each backbone and amount.

    Args:
        backbones: dict of name to Wav2Vec2Backbone.
        labelled, dev: list of data.records.Clip.
        amounts: list of minutes or "all".
        seeds: list of int, of the choice of labels.
    """
    entries = [
        manifests.Entry(
            clip.id, clip.id, clip.transcript, clip.speaker, num_samples=len(clip.waveform)
        )
        for clip in labelled
    ]
    place = {clip.id: i for i, clip in enumerate(labelled)}
    dev_words = [clip.transcript for clip in dev]
    rows = {}
    for name, backbone in backbones.items():
        known, unknown = features(backbone, labelled), features(backbone, dev)
        for minutes in amounts:
            limit = None if minutes == "all" else minutes
            drawn = [label_subsets.choose(entries, limit, seed) for seed in seeds]
            for layer in range(len(known)):
                rates = []
                for chosen in drawn:
                    train = known[layer][[place[entry.id] for entry in chosen]]
                    said = [entry.transcript for entry in chosen]
                    rates.append(error_rate(train, said, unknown[layer], dev_words))
                row = rows.setdefault(layer, {"layer": str(layer)})
                row[f"{name} {minutes}"] = statistics.mean(rates)
    return list(rows.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("labels", help="shards, a word in each clip")
    parser.add_argument("dev", help="shards of other speakers")
    parser.add_argument("--minutes", type=amount, nargs="+", default=[1, 3, "all"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    given = parser.parse_args()

    from keras_w2v2 import Wav2Vec2Backbone
    from keras_w2v2.training.runs import run_folder, seeding

    trained = run_folder.load_model(given.run).backbone
    with seeding.seeded(0):
        random = Wav2Vec2Backbone.from_config(trained.get_config())
        random.build(None)
    backbones = {"random": random, "pre-trained": trained}
    clips = [list(pipeline.clips(folder)) for folder in (given.labels, given.dev)]
    rows = compare(backbones, *clips, given.minutes, given.seeds)
    columns = [("layer", "layer", "")]
    for minutes in given.minutes:
        columns += [(f"{name}, {minutes} min", f"{name} {minutes}", ".1%") for name in backbones]
    report.show("Words read wrongly from frozen features", rows, columns)


if __name__ == "__main__":
    main()
