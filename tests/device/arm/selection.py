"""Which cases an emulator has time for: it is hundreds of times slower than its host."""

from keras_w2v2.frames import SAMPLE_RATE

# Emulated seconds for a second of window: measured with a TINY, on one core of a server.
FLOAT_COST, QUANTIZED_COST = 1.0, 0.3


def cost(samples, variant):
    """Returns about how many seconds a window of so many samples takes to emulate (float)."""
    rate = QUANTIZED_COST if variant.startswith("int") else FLOAT_COST
    return rate * samples / SAMPLE_RATE


def choose(cases, costs, seconds):
    """Chooses cases that run within a time.

    Each window of each bundle gets about the same time, so that short windows read more clips;
    every bundle reads one clip, however short the time.

    Args:
        cases: list of dict with "bundle" and "signature".
        costs: list of float, the seconds of each case.
        seconds: float, the sum of them that may run.

    Returns:
        list of int, rising indices of cases.

    Example:
        >>> cases = [{"bundle": "a", "signature": "window_2s"}] * 3
        >>> choose(cases, costs=[2, 2, 2], seconds=4)
        [0, 1]
    """
    spent_on, order = {}, []
    for index, (case, price) in enumerate(zip(cases, costs, strict=True)):
        window = case["bundle"], case["signature"]
        spent_on[window] = spent_on.get(window, 0.0) + price
        order.append((spent_on[window], index))
    chosen, read = [], set()
    for _, index in sorted(order):
        name = cases[index]["bundle"]
        if costs[index] <= seconds or name not in read:
            seconds -= costs[index]
            chosen.append(index)
            read.add(name)
    return sorted(chosen)
