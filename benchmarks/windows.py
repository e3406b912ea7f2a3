"""Memory and time of long and live audio against those of one window.

python -m benchmarks.windows BUNDLE WAV [--minutes 10] [--latency 0.4]

Each figure comes from a process of its own, which imports no TensorFlow.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from keras_w2v2.data import audio
from keras_w2v2.frames import SAMPLE_RATE

PIECE = 320  # samples: 20 ms
REPEATS = 5


def one_window(bundle, wav):
    """Seconds of the longest window, run alone again and again (median)."""
    from keras_w2v2.training import live, recognizer

    reader = recognizer.load(bundle)
    plan = live.recording_plan(reader)
    waveform = next(audio.blocks(wav, plan.samples / SAMPLE_RATE))[: plan.samples]
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        reader.window_logits(waveform, plan.samples)
        took.append(time.perf_counter() - began)
    return {"seconds": float(np.median(took)), "windows": 1}


def whole_file(bundle, wav):
    """Seconds to read the whole file by windows, from the open model on."""
    from keras_w2v2.training import live, recognizer, transcribe

    reader = recognizer.load(bundle)
    plan = live.recording_plan(reader)
    reader.window_logits(np.zeros(plan.samples, np.float32), plan.samples)  # packs the weights
    began = time.perf_counter()
    transcript = transcribe.by_windows(reader, wav)
    took = time.perf_counter() - began
    windows = len(list(plan.of(soundfile.info(wav).frames)))
    return {"seconds": took, "windows": windows, "words": len(transcript.words)}


def live_stream(bundle, wav, latency):
    """Time to push 20 ms at a time: its share of real time, and the slowest pushes."""
    from keras_w2v2.training import live, recognizer

    reader = recognizer.load(bundle)
    plan = live.live_plan(reader, latency)
    hearing = live.LiveRecognizer(reader, plan)
    took, windows, heard = [], [], 0  # windows: the pushes that ran one
    for block in audio.blocks(wav):
        for at in range(0, len(block), PIECE):
            piece = block[at : at + PIECE]
            began = time.perf_counter()
            hearing.push(piece)
            took.append(time.perf_counter() - began)
            heard += len(piece)
            if plan.window_at(len(windows)).end <= heard:
                windows.append(took[-1])
    hearing.finish()
    return {
        "seconds": sum(took),
        "real_time_factor": sum(took) / hearing.seconds,
        "window_p50": float(np.median(windows)),
        "window_p95": float(np.percentile(windows, 95)),
    }


WORK = {"one window": one_window, "whole file": whole_file, "live": live_stream}


def _long_wav(wav, minutes, path):
    """Writes a file's sound again and again, until it lasts `minutes`."""
    waveform, rate = soundfile.read(wav, dtype="float32")
    times = -(-round(minutes * 60 * rate) // len(waveform))
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        for _ in range(times):
            file.write(waveform)
    return path


def _in_its_own_process(name, *arguments):
    command = [sys.executable, "-m", "benchmarks.windows", "--work", name]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main():
    from keras_w2v2.export import probe

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle")
    parser.add_argument("wav")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--latency", type=float, default=0.4)
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        more = (given.latency,) if given.work == "live" else ()
        figures = WORK[given.work](given.bundle, given.wav, *more)
        print(json.dumps(figures | {"peak_megabytes": probe.peak_megabytes()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        wav = _long_wav(given.wav, given.minutes, Path(folder, "long.wav"))
        options = (given.bundle, wav, "--latency", given.latency)
        found = {name: _in_its_own_process(name, *options) for name in WORK}
    one, whole = found["one window"], found["whole file"]
    for name, figures in found.items():
        print(name, json.dumps(figures))
    memory = whole["peak_megabytes"] / one["peak_megabytes"]
    seconds = whole["seconds"] / (whole["windows"] * one["seconds"])
    print(f"whole file against one window: {memory:.2f} x the memory")
    print(f"whole file against the sum of its windows: {seconds:.2f} x the time")


if __name__ == "__main__":
    main()
