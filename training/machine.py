"""What a run was trained on, for its report."""

import importlib.metadata
import os
import platform
from pathlib import Path

_PACKAGES = ("keras-w2v2", "tensorflow", "keras")


def describe():
    """Returns the machine and the versions of this process (dict of str to str)."""
    return {
        "processor": processor(),
        "cores": str(cores()),
        "memory": _memory(),
        "accelerators": _accelerators(),
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
    }


def processor():
    """Returns the name of the processor, as far as the system tells it (str)."""
    path = Path("/proc/cpuinfo")
    for line in path.read_text().splitlines() if path.exists() else ():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def cores():
    """Returns the cores that this process may use (int), in a container fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _memory():
    import psutil

    return f"{psutil.virtual_memory().total / 2**30:.0f} GB"


def _accelerators():
    import tensorflow as tf

    names = []
    for device in tf.config.list_physical_devices():
        if device.device_type != "CPU":
            details = tf.config.experimental.get_device_details(device)
            names.append(details.get("device_name", device.device_type))
    return ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(names)) or "none"


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
