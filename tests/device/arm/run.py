"""Runs exported bundles on clips; for the emulated Python, which has only NumPy and LiteRT.

python run.py CASES.json OUT.npz INDEX...

OUT gets logits_INDEX float32 [frames, vocabulary] and token_ids_INDEX int32 [symbols] of each
case, and `instructions`, the processor's extensions as Linux names them.
"""

import json
import sys
import wave
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

SAMPLE_RATE = 16000


def main(cases_file, out, *indices):
    folder = Path(cases_file).parent
    cases = json.loads(Path(cases_file).read_text(encoding="utf-8"))["cases"]
    interpreters, outputs = {}, {"instructions": instructions()}
    for index in map(int, indices):
        case = cases[index]
        bundle = case["bundle"]
        if bundle not in interpreters:
            interpreters[bundle] = Interpreter(model_path=str(folder / bundle), num_threads=1)
        signature = interpreters[bundle].get_signature_runner(case["signature"])
        for name, values in recognise(signature, read_wav(folder / case["wav"])).items():
            outputs[f"{name}_{index}"] = values
    np.savez(out, **outputs)


def instructions():
    """Returns the processor's extensions, such as "fp asimd asimddp" (str)."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith("Features"))


def recognise(signature, clip):
    """Returns what a bundle says of a clip that its window holds.

    Args:
        signature: SignatureRunner of a window.
        clip: float32 [samples].

    Returns:
        dict of "logits" float32 [num_frames, vocabulary] and "token_ids" int32 [symbols].
    """
    window = signature.get_input_details()["waveform"]["shape"][1]
    if len(clip) > window:
        raise ValueError(f"a clip of {len(clip)} samples does not fit a window of {window}")
    waveform = np.zeros((1, window), "float32")
    waveform[0, : len(clip)] = clip
    found = signature(waveform=waveform, num_samples=np.array([len(clip)], "int32"))
    token_ids = found["token_ids"][0]
    return {
        "logits": found["logits"][0, : int(found["num_frames"][0])],
        "token_ids": token_ids[token_ids >= 0],
    }


def read_wav(path):
    """Returns a 16-bit mono WAV of 16 kHz as float32 [samples] in [-1, 1)."""
    with wave.open(str(path), "rb") as file:
        form = file.getnchannels(), 8 * file.getsampwidth(), file.getframerate()
        if form != (1, 16, SAMPLE_RATE):
            raise ValueError(f"'{path}' has (channels, bits, rate) {form}: need (1, 16, 16000)")
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return pcm.astype("float32") / 32768


if __name__ == "__main__":
    main(*sys.argv[1:])
