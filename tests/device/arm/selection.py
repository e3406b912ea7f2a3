"""Which cases an emulator has time for: it is hundreds of times slower than its host."""

# Seconds that a second of window takes on an emulated core: measured with a TINY.
FLOAT_PACE, QUANTIZED_PACE = 1.1, 0.35


def pace(variant):
    """Returns about how many seconds a second of window takes to emulate (float)."""
    return QUANTIZED_PACE if variant.startswith("int") else FLOAT_PACE


def choose(cases, windows, paces, seconds):
    """Chooses cases that run within a time.

    Every window of every bundle reads about as many seconds, so that short windows read more
    clips than long ones; every bundle reads one clip, however short the time.

    Args:
        cases: list of dict with "bundle" and "signature".
        windows: list of float, how long the window of each case is, in seconds.
        paces: list of float, how many seconds a second of it takes.
        seconds: float, how long all that is chosen may take.

    Returns:
        list of int, rising indices of cases.

    Example:
        >>> cases = [{"bundle": "a", "signature": "window_2s"}] * 3
        >>> choose(cases, windows=[2, 2, 2], paces=[1, 1, 1], seconds=4)
        [0, 1]
    """
    read, order = {}, []
    for index, (case, window) in enumerate(zip(cases, windows, strict=True)):
        key = case["bundle"], case["signature"]
        read[key] = read.get(key, 0.0) + window
        order.append((read[key], index))
    chosen, heard = [], set()
    for _, index in sorted(order):
        cost = windows[index] * paces[index]
        name = cases[index]["bundle"]
        if cost <= seconds or name not in heard:
            seconds -= cost
            chosen.append(index)
            heard.add(name)
    return sorted(chosen)
