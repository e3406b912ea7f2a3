"""Runs the exported bundles on emulated phone processors and compares what they say there.

python -m tests.device.arm.check [--cases build/device/cases.json] [--seconds 45]

setup.sh makes the emulator first. Exit code 1 where a bundle says something else on one of them.
"""

import argparse
import base64
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.export import bundle
from keras_w2v2.frames import SAMPLE_RATE
from tests.device.arm import comparison, emulator, report, selection


def main():
    given = _arguments()
    if not emulator.ready():
        return "no emulated Python in build/arm: run tests/device/arm/setup.sh first"
    started = time.perf_counter()
    try:
        cases = json.loads(given.cases.read_text(encoding="utf-8"))["cases"]
        if not cases:
            return f"'{given.cases}' has no cases: export the bundles again"
        files = {case["bundle"]: bundle.read(given.cases.parent / case["bundle"]) for case in cases}
        chosen = _chosen(cases, files, given.seconds)
        spoken = _run(given.cases, chosen)
    except (OSError, UserError, emulator.EmulationError) as error:
        return str(error)
    groups = _judged(cases, files, spoken)
    print(report.table(groups), *report.remarks(groups), sep="\n")
    failed = sum(bool(finding.failures) for group in groups.values() for _, finding in group)
    total = len(chosen) * len(emulator.INSTRUCTIONS)
    print(
        f"{len(chosen)} of {len(cases)} cases on each core, {time.perf_counter() - started:.0f} s"
    )
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed else 0


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--cases",
        type=Path,
        default=Path("build/device/cases.json"),
        help="bundles, clips and expected logits; default: %(default)s",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=45,
        help="about how long each core may run: further cases are left out; default: %(default)s",
    )
    return parser.parse_args()


def _chosen(cases, files, seconds):
    """Returns the indices of the cases to run."""
    windows, paces = [], []
    for case in cases:
        described = files[case["bundle"]].metadata
        samples = {one.name: one.samples for one in described.signatures}
        windows.append(samples[case["signature"]] / SAMPLE_RATE)
        paces.append(selection.pace(described.variant))
    return selection.choose(cases, windows, paces, seconds)


def _run(cases_file, chosen):
    """Returns dict of core -> dict of index -> emulator.Clip; two cores at a time."""
    cores = list(emulator.INSTRUCTIONS)
    with ThreadPoolExecutor(min(2, len(os.sched_getaffinity(0)))) as pool:
        outputs = pool.map(lambda core: emulator.run(core, cases_file, chosen), cores)
        return dict(zip(cores, outputs, strict=True))


def _judged(cases, files, spoken):
    """Returns dict of (core, file) -> list of (case, comparison.Finding)."""
    groups = {}
    for core, clips in spoken.items():
        for index, clip in clips.items():
            case = cases[index]
            described = files[case["bundle"]].metadata
            finding = comparison.compare(
                case,
                described.variant,
                described.vocabulary,
                _expected_logits(case),
                clip.logits,
                clip.token_ids,
            )
            groups.setdefault((core, case["bundle"]), []).append((case, finding))
    return groups


def _expected_logits(case):
    flat = np.frombuffer(base64.b64decode(case["logits_base64"]), "<f4")
    return flat.reshape(case["num_frames"], case["vocabulary_size"])


if __name__ == "__main__":
    sys.exit(main())
