"""What frozen features know of sentences: a small head that learns CTC on every layer.

python -m benchmarks.ctc_probe RUN LABELS_SHARDS DEV_SHARDS [--minutes 10] [--seed 0]
    [--updates 600] [--layers 0 1 2 ...]

The head is one convolution over 9 frames and a projection to the characters; nothing below it
learns. It sees a few minutes of labels (`label_subsets`) and is tested on them and on other
speakers: once with the run's weights, once with random weights of the same architecture. What it
reads of its own labels and not of other speakers it has learnt by heart. Some minutes a layer on
one core.
"""

import argparse

import keras
import numpy as np
import tensorflow as tf

from benchmarks import frozen_features, label_subsets, report
from benchmarks.label_efficiency import amount
from keras_w2v2 import Vocabulary
from keras_w2v2.data import pipeline
from keras_w2v2.decoding import greedy
from keras_w2v2.objectives.ctc import ctc_loss
from keras_w2v2.training import error_rates

WIDTH, KERNEL, DROPOUT = 192, 9, 0.2
RATE = 2e-3
CLIPS_A_BATCH = 16
# Frames and symbols are padded to multiples: few shapes, so that few graphs are traced.
FRAMES_TO, LABELS_TO = 50, 20


class Head:
    """A convolution and a projection that learn to read features by CTC.

    Args:
        vocabulary: Vocabulary.
        width: int, of the features.
        seed: int, of the weights, the dropout and the order of the batches.
    """

    def __init__(self, vocabulary, width, seed):
        keras.utils.set_random_seed(seed)
        self.vocabulary, self.seed = vocabulary, seed
        self.model = keras.Sequential(
            [
                keras.Input((None, width)),
                keras.layers.Conv1D(WIDTH, KERNEL, padding="same", activation="gelu"),
                keras.layers.Dropout(DROPOUT),
                keras.layers.Dense(len(vocabulary)),
            ]
        )
        self.optimizer = keras.optimizers.Adam(RATE)
        self.optimizer.build(self.model.trainable_variables)
        self.mean, self.deviation = 0.0, 1.0

    def learn(self, features, texts, updates):
        """Trains the head.

        Args:
            features: list of float32 [frames, width].
            texts: list of str.
            updates: int, of `CLIPS_A_BATCH` clips of about the same length.
        """
        frames = np.concatenate(features)
        self.mean, self.deviation = frames.mean(0), frames.std(0) + 1e-5
        by_length = sorted(range(len(features)), key=lambda i: len(features[i]))
        batches = [
            self._batch([features[i] for i in chosen], [texts[i] for i in chosen])
            for chosen in _split(by_length)
        ]
        order = np.random.default_rng(self.seed)
        step = tf.function(self._step)
        for _ in range(-(-updates // len(batches))):
            for i in order.permutation(len(batches))[:updates]:
                step(*batches[i])
            updates -= len(batches)

    def errors(self, features, texts, frames):
        """Returns the character error rate on clips (float).

        Args:
            features: list of float32 [frames, width].
            texts: list of str.
            frames: FrameArithmetic of the backbone.
        """
        found = error_rates.Errors()
        for chosen in _split(range(len(features))):
            padded, lengths = self._padded([features[i] for i in chosen])
            for i, logits, length in zip(chosen, self.model(padded), lengths, strict=True):
                read = greedy.decode(np.asarray(logits), int(length), self.vocabulary, frames)
                found.add(error_rates.count(texts[i], read.text))
        return found.character_error_rate

    def _step(self, features, frames, labels, lengths):
        with tf.GradientTape() as tape:
            logits = self.model(features, training=True)
            losses = ctc_loss(logits, labels, lengths, frames, self.vocabulary.blank)
            loss = tf.reduce_sum(losses) / tf.cast(tf.reduce_sum(lengths), tf.float32)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply(gradients)

    def _batch(self, features, texts):
        labels = [self.vocabulary.encode(text) for text in texts]
        lengths = np.array([len(label) for label in labels], np.int32)
        padded = np.zeros((len(labels), -(-lengths.max() // LABELS_TO) * LABELS_TO), np.int32)
        for row, label in zip(padded, labels, strict=True):
            row[: len(label)] = label
        return [tf.constant(x) for x in (*self._padded(features), padded, lengths)]

    def _padded(self, features):
        """Returns standardised features [clips, frames, width] and the valid frames of each."""
        lengths = np.array([len(each) for each in features], np.int32)
        size = -(-lengths.max() // FRAMES_TO) * FRAMES_TO
        padded = np.zeros((len(features), size, features[0].shape[1]), np.float32)
        for row, each in zip(padded, features, strict=True):
            row[: len(each)] = (each - self.mean) / self.deviation
        return padded, lengths


def _split(places):
    return [places[at : at + CLIPS_A_BATCH] for at in range(0, len(places), CLIPS_A_BATCH)]


def compare(backbones, labelled, dev, layers, updates, seed):
    """Returns a row for each layer: errors on the labels and on dev for each backbone.

    Args:
        backbones: dict of name to Wav2Vec2Backbone.
        labelled, dev: list of data.records.Clip with transcripts.
        layers: list of int, 0 is the first block's input; None for all.
        updates, seed: int.

    Returns:
        list of dict: "layer", "<name> labels" and "<name> dev", character error rates.
    """
    texts = [[clip.transcript for clip in clips] for clips in (labelled, dev)]
    characters = sorted(set("".join(texts[0])) - {" "})
    vocabulary = Vocabulary(["<pad>", "|", *characters])
    rows = {}
    for name, backbone in backbones.items():
        known, unknown = (_by_layer(backbone, clips, layers) for clips in (labelled, dev))
        for layer in known:
            head = Head(vocabulary, known[layer][0].shape[1], seed)
            head.learn(known[layer], texts[0], updates)
            row = rows.setdefault(layer, {"layer": str(layer)})
            row[f"{name} labels"] = head.errors(known[layer], texts[0], backbone.frames)
            row[f"{name} dev"] = head.errors(unknown[layer], texts[1], backbone.frames)
    return list(rows.values())


def _by_layer(backbone, clips, layers):
    """Returns a dict of layer to the features of all clips (list of float32 [frames, width])."""
    found = {}
    for i, states in frozen_features.states(backbone, clips):
        for layer in range(len(states)) if layers is None else layers:
            found.setdefault(layer, [None] * len(clips))[i] = states[layer]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("labels", help="shards with transcripts")
    parser.add_argument("dev", help="shards of other speakers")
    parser.add_argument("--minutes", type=amount, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--updates", type=int, default=600)
    parser.add_argument("--layers", type=int, nargs="+")
    given = parser.parse_args()

    from keras_w2v2.training.runs import run_folder

    trained = run_folder.load_model(given.run).backbone
    random = frozen_features.with_random_weights(trained)
    backbones = {"random": random, "pre-trained": trained}
    labelled, dev = (list(pipeline.clips(folder)) for folder in (given.labels, given.dev))
    limit = None if given.minutes == "all" else given.minutes
    labelled = [labelled[i] for i in label_subsets.places(labelled, limit, given.seed)]
    rows = compare(backbones, labelled, dev, given.layers, given.updates, given.seed)
    columns = [("layer", "layer", "")]
    for name in backbones:
        columns += [(f"{name}: {on}", f"{name} {on}", ".1%") for on in ("labels", "dev")]
    report.show("Character errors from frozen features", rows, columns)


if __name__ == "__main__":
    main()
