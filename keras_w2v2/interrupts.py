"""Ctrl-C, remembered: native code may turn the KeyboardInterrupt into any other error, or none."""

import signal
import threading

_watches = []


class Watch:
    """Notes a SIGINT while it is open, and raises KeyboardInterrupt as Python does.

    TensorFlow calls Python from C++ in many places. An interrupt that arrives there comes back
    as a RuntimeError, or as a ValueError on a shape, or not at all, and now and then with a
    traceback that C++ prints. Work of which nothing is kept had better end on the spot.

    Args:
        leave: function without arguments that ends the process, called instead of raising; None
            raises.

    Attributes:
        seen: bool, whether a SIGINT arrived.

    Example:
        >>> with Watch() as watch:
        ...     model.export(folder)
    """

    def __init__(self, leave=None):
        self.seen = False
        self._leave = leave

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
        if self._leave is not None:
            self._leave()
        signal.default_int_handler(number, frame)


def seen():
    """Returns whether an open Watch has seen an interrupt."""
    return any(watch.seen for watch in _watches)


def forget():
    """Takes an interrupt as told: the work that it was to end has ended as it should."""
    for watch in _watches:
        watch.seen = False


def check():
    """Raises KeyboardInterrupt if an open Watch has seen one that was lost since."""
    if seen():
        raise KeyboardInterrupt
