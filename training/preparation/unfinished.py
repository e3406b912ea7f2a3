"""The folder of unfinished work beside the shards: what outlives a kill, and what does not.

    .<out>.partial/
        published             checksums of the plan and of the index whose folder gets its name
        <checksum of the plan>/
            task-00003.json … what `sharding` reads and writes
            ready/            the shards under their final names, just before they are published

Each plan has a folder of its own, so that a worker of a stopped run, which may live on for a
moment, writes what this run would write, or nowhere.
"""

import hashlib
import json
import os
import shutil
import time
from pathlib import Path

from keras_w2v2.data import shards
from keras_w2v2.errors import UserError
from keras_w2v2.training.preparation import sharding

VERSION = 1  # raise it where the same task would give other bytes


class Workplace:
    """The hidden folder in which the shards of `out` are made.

    Args:
        out: str or path of the shards.
        tasks: list of str, the JSON text of each shard's task.

    Attributes:
        out: Path, absolute.
        folder: Path, where the workers read and write.
        ready: Path, the folder that becomes `out`.
        log: Path of what worker processes have to say.
        count: int, shards to make.
        kept: int, shards that an earlier, stopped run had finished.
    """

    def __init__(self, out, tasks):
        self.out = Path(os.path.abspath(out))
        self.count, self.kept = len(tasks), 0
        self._tasks = tasks
        self._plan = hashlib.sha256(json.dumps([VERSION, tasks]).encode()).hexdigest()
        self._hidden = self.out.with_name(f".{self.out.name}.partial")
        self._published = self._hidden / "published"
        self.folder = self._hidden / self._plan[:16]
        self.ready = self.folder / "ready"
        self.log = self.folder / "workers.log"
        self._lock = None
        self._made = []

    def begin(self):
        """Lays the tasks out; keeps what a stopped run of the same tasks has finished.

        Raises:
            UserError: another process is at work here, or the disk cannot be written.
        """
        self._made = [folder for folder in self._hidden.parents if not folder.exists()]
        try:
            self._hidden.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            self._empty(but=self.folder)
            self._lay_out()
        except OSError as error:
            self.leave()
            raise self.unwritable(error) from None

    def _lay_out(self):
        self.folder.mkdir(exist_ok=True)
        for number, task in enumerate(self._tasks):
            path, task = sharding.task_file(self.folder, number), task.encode()
            if not path.is_file() or path.read_bytes() != task:
                path.write_bytes(task)
        sharding.remove_unfinished(self.folder, range(self.count), sharding.is_current)
        self.kept = self.count - len(self.missing())

    def missing(self):
        """Returns the numbers of the shards that are yet to be written (list)."""
        numbers = range(self.count)
        return [n for n in numbers if not sharding.is_finished(self.folder, n)]

    def publish(self):
        """Gives the finished folder its name; shards that it replaces go last."""
        with sharding.unfinished(self._published) as path:
            path.write_text(self._publication(self.ready), encoding="utf-8")
        old = self.out.with_name(f".{self.out.name}.old")
        if self.out.exists():
            remove(old)
            self.out.rename(old)
        self.ready.rename(self.out)
        remove(old)
        self.remove()

    def was_published(self):
        """Returns whether `out` is what these tasks became, and only clearing up was missed."""
        try:
            return self._published.read_text(encoding="utf-8") == self._publication(self.out)
        except OSError:
            return False

    def _publication(self, folder):
        return f"{self._plan} {shards.sha256(folder / shards.INDEX)}"

    def unwritable(self, error):
        """Returns the UserError for an OSError here."""
        return UserError(f"'{self.out}' cannot be written: {error.strerror or error}")

    def leave(self):
        """Ends work that was stopped: keeps finished shards, else nothing.

        Returns:
            str that says what is kept, or "".
        """
        finished = self.count - len(self.missing())
        if not finished:
            self.remove()
            return ""
        sharding.remove_unfinished(self.folder, range(self.count))
        self._free_lock()
        return (
            f"{finished} of {self.count} shards are done and kept in '{self._hidden}': the same "
            "command carries on"
        )

    def remove(self):
        """Removes the work and the folders that were made for it, if they are empty."""
        self._free_lock()
        if self._hidden.is_dir():
            self._empty(but=self._published)  # it goes last, or a kill here would hide the outcome
        remove(self._hidden)
        for folder in self._made:
            try:
                os.rmdir(folder)
            except OSError:
                return

    def _empty(self, but):
        for path in self._hidden.iterdir():
            if path.is_dir() and path != but:
                remove(path)
            elif path != but:
                path.unlink(missing_ok=True)

    def _take_lock(self):
        """Locks the folder itself; the lock goes with the process, however that ends."""
        import fcntl

        self._lock = os.open(self._hidden, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._free_lock()
            raise UserError(
                f"another process is preparing '{self.out}': wait for it, or name another folder"
            ) from None
        except OSError:  # a file system without locks
            pass

    def _free_lock(self):
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def remove(folder):
    """Removes a folder tree, also while a worker that has yet to notice writes into it."""
    for _ in range(40):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)
    raise UserError(f"'{folder}' cannot be removed: remove it by hand and start again")
