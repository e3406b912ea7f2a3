"""Hours of sound in many formats, one file in a hundred broken, from nothing but a seed.

python -m benchmarks.synthetic_corpus FOLDER [--hours 10]
"""

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile

KINDS = ((".flac", 0.6), (".wav", 0.3), (".ogg", 0.1))  # share of the files
RATES = ((16_000, 0.6), (44_100, 0.15), (48_000, 0.15), (8_000, 0.05), (22_050, 0.05))
LANGUAGES = (("en", 0.7), ("de", 0.2), ("sw", 0.1))
MEDIAN_SECONDS, SPREAD, LEAST, MOST = 7.0, 0.6, 1.0, 30.0  # lengths are log-normal
STEREO = 0.1  # share of the files with two channels
BROKEN = 0.01
POOL_SECONDS = 120  # of sound from which clips are cut


def make(folder, hours, seed=0):
    """Writes audio files and `manifest.tsv`.

    Args:
        folder: path, made.
        hours: float, audio in the whole files.
        seed: int.

    Returns:
        dict of files (int), seconds (float, of the whole files) and broken (name to the way).
    """
    folder = Path(folder)
    folder.mkdir(parents=True)
    generator = np.random.default_rng(seed)
    pool = _babble(generator)
    lines, broken, seconds, number = ["path\ttranscript\tspeaker\tlanguage"], {}, 0.0, 0
    while seconds < 3600 * hours:
        kind, rate = _drawn(generator, KINDS), _drawn(generator, RATES)
        name = f"{number:06d}{kind}"
        length = np.clip(MEDIAN_SECONDS * np.exp(generator.normal(0, SPREAD)), LEAST, MOST)
        channels = 1 + (generator.random() < STEREO)
        start = generator.integers(0, len(pool) - round(length * rate))
        clip = pool[start : start + round(length * rate)]
        soundfile.write(folder / name, np.repeat(clip[:, None], channels, axis=1), rate)
        if generator.random() < BROKEN:
            broken[name] = _break(folder / name, list(WAYS)[len(broken) % len(WAYS)])
        else:
            seconds += len(clip) / rate
        speaker = f"speaker{generator.integers(200):03d}"
        lines.append(f"{name}\t\t{speaker}\t{_drawn(generator, LANGUAGES)}")
        number += 1
    (folder / "manifest.tsv").write_text("\n".join(lines) + "\n")
    made = {"files": number, "seconds": seconds, "broken": broken}
    (folder / "made.json").write_text(json.dumps(made))
    return made


def _babble(generator):
    """Noise with the tilt and the syllables of speech (float32, of any rate)."""
    samples = POOL_SECONDS * 48_000
    noise = generator.normal(0, 1, samples).astype(np.float32)
    tilted = noise + 0.9 * np.roll(noise, 1) + 0.5 * np.roll(noise, 2)
    syllables = np.clip(np.sin(np.arange(samples) / 1900) + 0.6, 0.003, None)
    return (0.08 * tilted * syllables).astype(np.float32)


def _drawn(generator, shares):
    values, weights = zip(*shares, strict=True)
    return values[generator.choice(len(values), p=weights)]


def _truncate(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _break_header(path):
    content = bytearray(path.read_bytes())
    content[:24] = b"RIFF" + bytes(20)
    path.write_bytes(bytes(content))


def _hold_nan(path):
    with soundfile.SoundFile(path, "w", 16_000, 1, "FLOAT", format="WAV") as file:
        file.write(np.full(32_000, np.nan, np.float32))


WAYS = {
    "truncated": _truncate,
    "empty": lambda path: path.write_bytes(b""),
    "not audio": lambda path: path.write_text("<html>404 Not Found</html>\n" * 99),
    "wrong header": _break_header,
    "not a number": _hold_nan,
}


def _break(path, way):
    WAYS[way](path)
    return way


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    made = make(given.folder, given.hours, given.seed)
    print(f"{made['files']} files, {made['seconds'] / 3600:.2f} h, {len(made['broken'])} broken")


if __name__ == "__main__":
    main()
