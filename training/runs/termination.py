"""SIGTERM, as a cluster or a system sends it before it takes the machine away."""

import contextlib
import signal
import threading

import keras


class Terminated(SystemExit):
    """The run stopped on SIGTERM with everything saved; ends the process with code 0."""

    def __init__(self):
        super().__init__(0)


class Watch:
    """Notes a SIGTERM while it is open, in place of ending the process.

    Attributes:
        asked: bool, whether one arrived.
    """

    def __init__(self):
        self.asked = False
        self._heeded_at_once = False

    def __enter__(self):
        default = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL  # else it is somebody else's
        self._watching = default and threading.current_thread() is threading.main_thread()
        if self._watching:
            signal.signal(signal.SIGTERM, self._note)
        return self

    def __exit__(self, *_):
        if self._watching:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _note(self, number, frame):
        self.asked = True
        if self._heeded_at_once:
            raise Terminated

    @contextlib.contextmanager
    def heeded_at_once(self, tell):
        """Lets a SIGTERM, also one from before, end work that leaves nothing to save.

        Args:
            tell: function of one str.
        """
        self._heeded_at_once = True
        try:
            if self.asked:
                raise Terminated
            yield
        except Terminated:
            tell("SIGTERM: all updates are saved; the same command carries on from there")
            raise
        finally:
            self._heeded_at_once = False


class SafePoint(keras.callbacks.Callback):
    """Between two updates, saves and stops when a SIGTERM has arrived.

    Args:
        asked: function without arguments, whether to stop.
        save: function without arguments, writes a checkpoint and returns its updates (int).
        tell: function of one str.
    """

    def __init__(self, asked, save, tell):
        super().__init__()
        self.asked, self.save, self.tell = asked, save, tell

    def on_train_batch_begin(self, batch, logs=None):
        if self.asked():
            updates = self.save()
            self.tell(f"SIGTERM: saved at update {updates}; the same command carries on from there")
            raise Terminated
