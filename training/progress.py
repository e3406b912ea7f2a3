"""The progress line: how far, how good, how fast, how long still."""

import collections
import statistics
import sys
import time

PLAIN_EVERY_SECONDS = 10.0  # between two lines where no terminal can redraw one
PACE_WINDOW = 50  # intervals over which the time left is estimated
_HEALTH_STYLES = {"healthy": "green", "starting": "yellow", "watch": "yellow", "unhealthy": "red"}
STALL = 5.0  # an interval this many times the median (compilation, a checkpoint) is no pace


class Progress:
    """Shows one line about a long piece of work; a context manager.

    On a terminal the line is redrawn in place (rich); elsewhere a plain line is printed every
    ten seconds and at the end, so that a log file stays readable.

    Args:
        title: str, what is being done ("pre-training").
        total: int or None, units to do; None when unknown.
        unit: str, what is counted ("updates", "files").
        start: int, units done before this process began, for work that carries on.
        stream: text stream; stderr by default.

    Example:
        >>> with Progress("pre-training", 1000, "updates") as progress:
        ...     for update in range(1, 1001):
        ...         progress.update(update, loss=4.2, speed="120 audio s/s")
    """

    def __init__(self, title, total=None, unit="", *, start=0, stream=None):
        self.title, self.total, self.unit = title, total, unit
        self.done = start
        self.figures = {}
        self.health = None
        self._stream = stream or sys.stderr
        self._moved_at = None
        self._pace = collections.deque(maxlen=PACE_WINDOW)
        self._bar = None
        self._printed_at = None
        self._printed_done = None

    def __enter__(self):
        self._moved_at = time.monotonic()
        self._printed_at = time.monotonic()
        if self._stream.isatty():
            self._bar = _TerminalBar(self, self._stream)
        return self

    def __exit__(self, kind, error, trace):
        if self._bar:
            self._bar.close(self)
        elif kind is None and self._printed_done != self.done:
            self._print()

    def update(self, done, *, health=None, **figures):
        """Says that `done` units are done, and what the newest figures are.

        Args:
            done: int, units done in all.
            health: str, how the work goes in a few words ("healthy: …"), or None for no news;
                a line of its own on a terminal.
            **figures: numbers or texts to show by name; they stay until replaced.
        """
        now = time.monotonic()
        if done > self.done:
            self._pace.append((now - self._moved_at) / (done - self.done))
            self._moved_at = now
        self.done, self.health = done, health or self.health
        self.figures.update(figures)
        if self._bar:
            self._bar.draw(self)
        elif now - self._printed_at >= PLAIN_EVERY_SECONDS:
            self._print()

    def note(self, text):
        """Prints one line above the progress line, such as a warning."""
        if self._bar:
            self._bar.note(text)
        else:
            print(text, file=self._stream, flush=True)

    def seconds_left(self):
        """Returns the estimated seconds left (float), or None when it cannot be known yet."""
        if self.total is None or len(self._pace) < 3:
            return None
        typical = statistics.median(self._pace)
        usual = [pace for pace in self._pace if pace <= STALL * typical]
        return statistics.fmean(usual) * max(self.total - self.done, 0)

    def text(self):
        """Returns the figures and the time left as shown behind the count (str)."""
        parts = [_figure(name, value) for name, value in self.figures.items()]
        left = self.seconds_left()
        if left is not None and self.done != self.total:
            parts.append(f"{duration(left)} left")
        return "  ".join(parts)

    def count(self):
        """Returns how much is done (str), such as "120/1000 updates"."""
        of_total = f"/{self.total}" if self.total is not None else ""
        return f"{self.done}{of_total} {self.unit}".rstrip()

    def _print(self):
        self._printed_at, self._printed_done = time.monotonic(), self.done
        line = f"{self.title}  {self.count()}  {self.text()}".rstrip()
        line += f"  | {self.health}" if self.health else ""
        print(line, file=self._stream, flush=True)


class Quiet(Progress):
    """The same calls, nothing shown: for scripts and tests. Notes still go to the stream."""

    def __enter__(self):
        self._moved_at = time.monotonic()
        return self

    def __exit__(self, kind, error, trace):
        pass

    def update(self, done, *, health=None, **figures):
        self.done, self.health = done, health or self.health
        self.figures.update(figures)


class _TerminalBar:
    """The redrawn line, and the health below it, with rich."""

    def __init__(self, progress, stream):
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar
        from rich.text import Text

        class BarAndHealth(Bar):
            def get_renderables(self):
                yield from super().get_renderables()
                if progress.health:
                    yield Text(progress.health, _HEALTH_STYLES.get(progress.health.split(":")[0]))

        console = Console(file=stream)
        self._bar = BarAndHealth(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24 if console.width >= 100 else 8),  # the words need the rest
            TextColumn("{task.fields[count]}", markup=False),
            TextColumn("{task.fields[text]}", markup=False),
            console=console,
        )
        self._bar.start()
        self._task = self._bar.add_task(
            progress.title, total=progress.total, completed=progress.done, **_fields(progress)
        )

    def draw(self, progress):
        self._bar.update(self._task, completed=progress.done, **_fields(progress))

    def note(self, text):
        self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def close(self, progress):
        self.draw(progress)
        self._bar.stop()


def duration(seconds):
    """Returns a length of time as people say it (str): "42 s", "3 min 05 s", "2 h 10 min"."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"


def _fields(progress):
    return {"count": progress.count(), "text": progress.text()}


def _figure(name, value):
    """A text stands alone ("41 audio s/s"); a number follows its name ("loss 3.21")."""
    if isinstance(value, str):
        return value
    shown = f"{value:.3g}" if isinstance(value, float) else f"{value}"
    return f"{name.replace('_', ' ')} {shown}"
