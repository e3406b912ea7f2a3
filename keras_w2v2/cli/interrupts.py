"""Ctrl-C, remembered: native code may turn the KeyboardInterrupt into any other error."""

import signal
import threading


class Watch:
    """Notes a SIGINT while it is open, and raises KeyboardInterrupt as Python does.

    TensorFlow calls Python from C++ in many places. An interrupt that arrives there comes back
    as a RuntimeError, or as a ValueError on a shape, or in words of its own.

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
        return self

    def __exit__(self, *_):
        if self._watching:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number, frame):
        self.seen = True
        signal.default_int_handler(number, frame)
