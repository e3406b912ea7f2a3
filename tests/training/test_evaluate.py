import json

import numpy as np
import pytest

from keras_w2v2.data import shards
from keras_w2v2.errors import UserError
from keras_w2v2.frames import FrameArithmetic
from keras_w2v2.text import TextNormalizer, Vocabulary
from keras_w2v2.training.evaluate import evaluate
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.recognizer import Recognizer

VOCABULARY = Vocabulary(["<pad>", "|", *"EHNORTW"])
FRAMES = FrameArithmetic((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))


class Scripted:
    """A model that writes a known text for each clip, told apart by its first samples."""

    def __init__(self, shards, say):
        from keras_w2v2.data import pipeline

        self.texts = {c.waveform[:50].tobytes(): say(c) for c in pipeline.clips(shards)}
        self.batches = []

    def logits(self, waveforms):
        self.batches.append([len(waveform) for waveform in waveforms])
        return [self._logits(self.texts[waveform[:50].tobytes()]) for waveform in waveforms]

    def _logits(self, text):
        ids = [i for label in VOCABULARY.encode(text) for i in (label, 0)]
        return np.eye(len(VOCABULARY), dtype="float32")[ids or [0]] * 10


@pytest.fixture
def reading(tones):
    def build(say):
        model = Scripted(tones, say)
        return Recognizer(model, VOCABULARY, FRAMES, TextNormalizer(case="upper"))

    return build


def test_a_perfect_reader_makes_no_errors(tones, reading):
    result = evaluate(reading(lambda clip: clip.transcript.upper()), tones, progress=Quiet)
    assert (result.character_error_rate, result.word_error_rate) == (0.0, 0.0)
    assert result.clips == 24 and result.worst == []


def test_rates_are_edits_over_the_size_of_all_references(tones, reading):
    # ONE, TWO ONE, THREE, ONE TWO, THREE THREE in turn, 24 clips; TWO is always missed.
    def without_two(clip):
        return clip.transcript.upper().replace("TWO", "").strip()

    result = evaluate(reading(without_two), tones, progress=Quiet)
    times = [5, 5, 5, 5, 4]
    words = sum(n * t for n, t in zip([1, 2, 1, 2, 2], times, strict=True))
    characters = sum(n * t for n, t in zip([3, 7, 5, 7, 11], times, strict=True))
    assert (result.words, result.characters) == (words, characters)
    assert result.word_error_rate == pytest.approx(10 / words)
    assert result.character_error_rate == pytest.approx(10 * 4 / characters)  # TWO and a space


def test_speakers_and_the_worst_utterances_are_listed(tones, reading, tmp_path):
    def one_speaker_well(clip):
        return clip.transcript.upper() if clip.speaker == "speaker0" else "ONE"

    result = evaluate(
        reading(one_speaker_well), tones, out=tmp_path / "result.json", progress=Quiet
    )
    assert result.speakers["speaker0"]["word_error_rate"] == 0.0
    assert result.speakers["speaker1"]["word_error_rate"] > 0.3
    assert {utterance.speaker for utterance in result.worst} == {"speaker1"}
    rates = [utterance.character_error_rate for utterance in result.worst]
    assert rates == sorted(rates, reverse=True)
    written = json.loads((tmp_path / "result.json").read_text())
    assert written["word_error_rate"] == result.word_error_rate
    assert written["worst"][0]["reference"] == result.worst[0].reference


def test_clips_are_batched_by_length_within_the_budget(tones, reading):
    recognizer = reading(lambda clip: "ONE")
    evaluate(recognizer, tones, batch_seconds=4.0, progress=Quiet)
    batches = recognizer.model.batches
    assert sum(map(len, batches)) == 24
    assert all(len(batch) * -(-max(batch) // 16_000) <= 4 for batch in batches)
    assert [n for batch in batches for n in batch] == sorted(n for b in batches for n in b)


def test_transcripts_that_normalise_to_nothing_are_not_counted(tones, reading):
    drop_all = TextNormalizer(drop="one two three")
    with pytest.raises(UserError, match="no clip .* has a transcript"):
        evaluate(reading(lambda clip: ""), tones, normalizer=drop_all, progress=Quiet)


def test_shards_without_transcripts_are_refused_before_a_clip_is_read(tmp_path):
    clips = [shards.ClipInfo("a", 16_000, "", "", "")]
    shards.write_index(tmp_path, [], clips, source={"path": "unlabelled"}, rejected=[])
    with pytest.raises(UserError, match="no clip .* has a transcript"):
        evaluate(None, tmp_path, progress=None)
