"""Preparation that was stopped carries on, to the same bytes."""

import fcntl
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from keras_w2v2.errors import UserError
from keras_w2v2.training.preparation import unfinished
from keras_w2v2.training.preparation.prepare import Stopped, prepare

pytest.importorskip("apache_beam", reason="prepare runs on Apache Beam")

OPTIONS = {"shard_megabytes": 0.1}  # some fifteen shards


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """150 clips of a third of a second, one of them cut short."""
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(150):
        samples = np.random.default_rng(number).integers(-3000, 3000, 5000 + 7 * number)
        soundfile.write(folder / f"{number}.flac", samples.astype(np.int16), 16_000)
    whole = (folder / "3.flac").read_bytes()
    (folder / "3.flac").write_bytes(whole[: len(whole) // 2])
    return folder


@pytest.fixture(scope="module")
def undisturbed(corpus, tmp_path_factory):
    """What preparing gives when nothing stops it."""
    out = tmp_path_factory.mktemp("undisturbed") / "shards"
    assert prepare(corpus, out, **OPTIONS).shards > 10
    return contents(out)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def finished(out):
    """Paths of the shards that are finished, of work that is not."""
    results = out.with_name(f".{out.name}.partial").glob("*/result-*.json")
    return [path.with_name(path.stem.replace("result", "shard") + ".tfrecord") for path in results]


def stop_after(shards, out):
    """Returns a progress function that stops the work once some shards are finished."""

    def progress(*_):
        if len(finished(out)) >= shards:
            raise KeyboardInterrupt

    return progress


def stopped(corpus, out, shards=2):
    """Prepares, but stops on the way; the worker's thread may go on for a moment."""
    with pytest.raises(Stopped, match=r"stopped; \d+ of \d+ shards are done and kept in"):
        prepare(corpus, out, progress=stop_after(shards, out), **OPTIONS)


# Imports once and forks, so that every kill strikes the work and not the start of Python: a random
# moment after none, one or two more shards are finished, within an eighth of what all of it takes.
KILLED_AT_RANDOM = """
import os, pathlib, random, shutil, signal, sys, time
import apache_beam, tensorflow, soundfile
from keras_w2v2.training.preparation import beam_run, publishing
from keras_w2v2.training.preparation.prepare import prepare

corpus, out, partial, warm, seed = sys.argv[1:]
moments, kills = random.Random(int(seed)), 0

def started(place):
    child = os.fork()
    if child == 0:
        prepare(corpus, place, shard_megabytes=0.1)
        os._exit(0)
    return child

def finished():
    return len(list(pathlib.Path(partial).glob("*/result-*.json")))

def ended(child):
    return os.waitpid(child, os.WNOHANG)[0]

began = time.monotonic()
os.waitpid(started(warm), 0)
took = time.monotonic() - began
while True:
    child = started(out)
    enough = finished() + moments.choice([0, 1, 2])
    while not (done := ended(child)) and finished() < enough:
        time.sleep(0.002)
    moment = time.monotonic() + moments.uniform(0.0, took / 8)
    while not (done := done or ended(child)) and time.monotonic() < moment:
        time.sleep(0.002)
    if done and (kills >= 3 or pathlib.Path(partial).exists()):
        break
    if done:  # faster than the kills: once more from the start
        shutil.rmtree(out)
        continue
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    kills += 1
    if os.path.exists(out) and not os.path.exists(partial):  # killed after the last deed
        if kills >= 3:
            break
        shutil.rmtree(out)
print(kills)
"""


def test_killed_at_random_moments_it_gives_the_same_bytes(corpus, undisturbed, tmp_path):
    out = tmp_path / "work" / "out"
    places = corpus, out, out.with_name(".out.partial"), tmp_path / "warm"
    command = [sys.executable, "-c", KILLED_AT_RANDOM, *places, "7"]
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, env=quiet)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) >= 3
    assert contents(out) == undisturbed
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_finished_shards_are_kept_and_not_made_again(corpus, undisturbed, tmp_path):
    out = tmp_path / "out"
    stopped(corpus, out)
    files = {path.stat().st_ino for path in finished(out)}
    summary = prepare(corpus, out, **OPTIONS)
    assert summary.kept_shards >= len(files) and "carried on: " in str(summary)
    assert files and files <= {path.stat().st_ino for path in out.iterdir()}
    assert contents(out) == undisturbed


def test_other_limits_begin_anew(corpus, tmp_path):
    stopped(corpus, tmp_path / "out")
    limited = OPTIONS | {"max_seconds": 0.35}
    summary = prepare(corpus, tmp_path / "out", **limited)
    assert summary.kept_shards == 0
    prepare(corpus, tmp_path / "fresh", **limited)
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_a_file_mended_in_between_is_read_again(corpus, undisturbed, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for name, content in contents(corpus).items():
        (copy / name).write_bytes(content)
    out = tmp_path / "out"
    stopped(copy, out, shards=sum(name.endswith(".tfrecord") for name in undisturbed))
    (copy / "3.flac").write_bytes((copy / "4.flac").read_bytes())
    summary = prepare(copy, out, **OPTIONS)
    assert (summary.clips, summary.rejected) == (150, [])


def test_two_processes_never_share_the_work(corpus, tmp_path):
    (tmp_path / ".out.partial").mkdir()
    other = os.open(tmp_path / ".out.partial", os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        with pytest.raises(UserError, match="another process is preparing"):
            prepare(corpus, tmp_path / "out", **OPTIONS)
    finally:
        os.close(other)
    assert (tmp_path / ".out.partial").is_dir()


def test_killed_between_publishing_and_clearing_up_it_is_done(corpus, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(unfinished.Workplace, "remove", lambda self: None)
        first = prepare(corpus, tmp_path / "out", **OPTIONS)
    assert (tmp_path / ".out.partial").exists()
    again = prepare(corpus, tmp_path / "out", **OPTIONS)
    assert (again.clips, again.rejected) == (first.clips, first.rejected)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    with pytest.raises(UserError, match="already holds shards"):
        prepare(corpus, tmp_path / "out", **OPTIONS)
