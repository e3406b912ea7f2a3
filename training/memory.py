"""How much memory has been used at most: by this process, and on its devices."""

import sys


def peak_megabytes():
    """Returns the most memory that this process has held so far, in MB (float or None).

    None where the system does not tell (Windows).
    """
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def device_peak_megabytes():
    """Returns the most memory held on the fullest accelerator so far, in MB (float or None).

    None without an accelerator, or where TensorFlow does not tell.
    """
    import tensorflow as tf

    peaks = []
    for device in tf.config.list_logical_devices():
        if device.device_type == "CPU":
            continue
        try:
            peaks.append(tf.config.experimental.get_memory_info(device.name)["peak"] / 1e6)
        except (ValueError, tf.errors.InvalidArgumentError):  # as on TPU
            continue
    return max(peaks, default=None)
