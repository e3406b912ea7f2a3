import csv
import hashlib
import sys
import wave

import pytest

pytest.importorskip("espeakng_loader", reason="espeakng-loader (extra [demo]) is not installed")

from keras_w2v2.errors import UserError
from keras_w2v2.training.demo import spoken_corpus


def rows(corpus, split):
    with open(corpus.manifest(split), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def digest(folder):
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        total.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return total.hexdigest()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "corpus"
    return spoken_corpus.make(folder, pretrain=20, train=30, test=10, num_sentences=60)


def test_every_manifest_row_is_a_wav_of_16_bits_and_one_channel(corpus):
    for split, count in {"pretrain": 20, "train": 30, "test": 10}.items():
        assert len(rows(corpus, split)) == count
        for row in rows(corpus, split):
            with wave.open(str(corpus.folder / row["path"])) as file:
                assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (
                    22050,
                    2,
                    1,
                )


def test_test_voices_and_sentences_are_never_heard_in_training(corpus):
    heard = rows(corpus, "pretrain") + rows(corpus, "train")
    unheard = rows(corpus, "test")
    for column in ("speaker", "transcript"):
        assert not {row[column] for row in heard} & {row[column] for row in unheard}


def test_only_the_pretraining_split_lacks_transcripts(corpus):
    assert not any(row["transcript"] for row in rows(corpus, "pretrain"))
    assert all(row["transcript"] for row in rows(corpus, "train") + rows(corpus, "test"))


def test_a_seed_fixes_every_byte(corpus, tmp_path):
    again = spoken_corpus.make(tmp_path / "again", pretrain=20, train=30, test=10, num_sentences=60)
    assert digest(again.folder) == digest(corpus.folder)


def test_an_existing_folder_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(UserError, match="exists already"):
        spoken_corpus.make(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_interrupted_corpus_leaves_nothing(tmp_path):
    def interrupt(done, _total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spoken_corpus.make(tmp_path / "corpus", pretrain=5, train=5, test=5, progress=interrupt)
    assert not list(tmp_path.iterdir())


def test_without_the_voices_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(UserError, match=r"keras-w2v2\[demo\]"):
        spoken_corpus.make(tmp_path / "corpus")
    assert not list(tmp_path.iterdir())
