"""A look at the model on a few clips, now and then: the codes it uses, or what it reads."""

import itertools
import json
from pathlib import Path

import keras
import numpy as np

from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.interop import atomic
from keras_w2v2.training import json_lines
from keras_w2v2.training.runs.checkpoints import updates_of

MOST_CLIPS = 12
MOST_SECONDS = 40.0  # of audio in all, so that a look costs about as much as an update
_SEEN_CLIPS = 200  # read at most to find some that are short enough


class Snapshots(keras.callbacks.Callback):
    """Writes a line of snapshots.jsonl at the first epoch's end and at every evaluation.

    A line has "updates", "frames" (of each clip) and, while pre-training with codebooks, "codes"
    (for each codebook how many frames took each entry, int [G][V]) or, for a recogniser,
    "transcripts" (list of dict with "id", "reference", "hypothesis"). Nothing random is drawn:
    training goes on as if nobody had looked.

    Args:
        path: of snapshots.jsonl.
        folders: list of shard folders to take the clips from.
        evaluate_every: int, updates between two.
        total: int, updates of the run; after the last there always is one.
        epoch_updates: int, updates in an epoch.

    Example:
        >>> snapshots = Snapshots("run/snapshots.jsonl", ["shards"], 500, 2000, 20)
        >>> model.fit(dataset, callbacks=[snapshots])
    """

    def __init__(self, path, folders, evaluate_every, total, epoch_updates):
        super().__init__()
        self.path, self.folders = Path(path), folders
        self.evaluate_every, self.total, self.epoch_updates = evaluate_every, total, epoch_updates
        self._clips = None
        self._recogniser = None

    def on_train_begin(self, logs=None):
        done = updates_of(self.model)
        kept = [row for row in read(self.path) if row["updates"] <= done]
        with atomic.file(self.path) as partial:
            partial.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")

    def on_epoch_end(self, epoch, logs=None):
        updates = updates_of(self.model)
        before = max(updates - self.epoch_updates, 0)
        due = updates // self.evaluate_every > before // self.evaluate_every
        if due or before == 0 or updates >= self.total:
            self.take()

    def take(self):
        """Looks at the model now, unless that has been done already."""
        updates = updates_of(self.model)
        if any(row["updates"] == updates for row in read(self.path)):
            return
        if self._clips is None:
            self._clips = _some_clips(self.folders, self.model.backbone.frames.receptive_field)
        if not self._clips:
            return
        frames = self.model.backbone.frames
        row = {
            "updates": updates,
            "frames": [frames.frames(len(clip.waveform)) for clip in self._clips],
        }
        if hasattr(self.model, "vocabulary"):
            row["transcripts"] = self._transcripts()
        elif self.model.quantizer.num_codebooks:
            row["codes"] = self._codes()
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def _codes(self):
        length = np.array([len(clip.waveform) for clip in self._clips], np.int32)
        waveform = np.zeros((len(length), length.max()), np.float32)
        for row, clip in zip(waveform, self._clips, strict=True):
            row[: len(clip.waveform)] = clip.waveform
        parts = self.model.backbone.extract({"waveform": waveform, "length": length})
        codes = keras.ops.convert_to_numpy(self.model.quantizer(parts["features"])["codes"])
        valid = keras.ops.convert_to_numpy(parts["frame_mask"])
        size = self.model.quantizer.codebook_size
        return [np.bincount(book, minlength=size).tolist() for book in codes[valid].T]

    def _transcripts(self):
        from keras_w2v2.training import recognizer

        if self._recogniser is None:
            self._recogniser = recognizer.of(self.model)
        heard = self._recogniser.transcribe_all([clip.waveform for clip in self._clips])
        normal = self._recogniser.normalizer
        return [
            {"id": c.id, "reference": normal(c.transcript), "hypothesis": normal(t.text)}
            for c, t in zip(self._clips, heard, strict=True)
        ]


def read(path):
    """Returns the lines of a snapshots.jsonl (list of dict), without damaged ones."""
    return json_lines.read(Path(path))


def _some_clips(folders, least_samples):
    """The first clips that leave room for others, as many as the budget holds."""
    from keras_w2v2.data import pipeline

    budget = MOST_SECONDS * SAMPLE_RATE
    clips = []
    for clip in itertools.islice(pipeline.clips(folders), _SEEN_CLIPS):
        samples = len(clip.waveform)
        if least_samples <= samples <= MOST_SECONDS / 2 * SAMPLE_RATE and samples <= budget:
            clips.append(clip)
            budget -= samples
        if len(clips) == MOST_CLIPS:
            break
    return clips
