"""What a measurement needs said beside it: the machine, the versions, the commit."""

import importlib.metadata
import os
import platform
import subprocess
import time
from pathlib import Path

_PACKAGES = (
    "tensorflow",
    "keras",
    "torch",
    "transformers",
    "ai-edge-litert",
    "ai-edge-quantizer",
    "numpy",
)


def describe():
    """Returns the machine, the package versions, the commit and the date as a dict."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    return {
        "processor": _cpu_field("model name") or platform.processor(),
        "instructions": [
            flag
            for flag in ("avx2", "avx512f", "avx512_vnni", "amx_int8")
            if flag in (_cpu_field("flags") or "").split()
        ],
        "cores": len(os.sched_getaffinity(0)),
        "memory_gigabytes": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "load_average": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
        "commit": _commit(),
        "date": time.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _cpu_field(name):
    path = Path("/proc/cpuinfo")
    for line in path.read_text().splitlines() if path.exists() else ():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def _commit():
    """The commit measured, with "+" when the working tree differs from it; None outside git."""
    here = Path(__file__).parent

    def git(*words):
        ran = subprocess.run(["git", *words], cwd=here, capture_output=True, text=True)
        return ran.stdout.strip() if ran.returncode == 0 else None

    commit = git("rev-parse", "--short=12", "HEAD")
    return commit and commit + ("+" if git("status", "--porcelain") else "")
