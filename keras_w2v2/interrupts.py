"""Ctrl-C, remembered: native code may turn the KeyboardInterrupt into any other error, or none."""

import signal
import threading

_watches = []


class Watch:
    """Notes a SIGINT while it is open, and raises KeyboardInterrupt as Python does.

    TensorFlow calls Python from C++ in many places. An interrupt that arrives there comes back
    as a RuntimeError, or as a ValueError on a shape, or not at all.

    Attributes:
        seen: bool, whether a SIGINT arrived.

    Example:
        >>> with Watch() as watch:
        ...     model.export(folder)
    """

    def __init__(self):
        self.seen = False

    def __enter__(self):
        # Not where it is ignored (a job in the background) or somebody else handles it.
        ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        self._watching = ours and threading.current_thread() is threading.main_thread()
        if self._watching:
            signal.signal(signal.SIGINT, self._note)
        _watches.append(self)
        return self

    def __exit__(self, *_):
        _watches.remove(self)
        if self._watching:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number, frame):
        self.seen = True
        signal.default_int_handler(number, frame)


def check():
    """Raises KeyboardInterrupt if an open Watch has seen one that was lost since."""
    if any(watch.seen for watch in _watches):
        raise KeyboardInterrupt
