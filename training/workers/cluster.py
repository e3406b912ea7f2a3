"""Which workers train together, and which of them this process is."""

import json
from dataclasses import dataclass

from keras_w2v2.errors import UserError

_HOW = "give --workers host:port,… and --worker N, or set TF_CONFIG"


@dataclass(frozen=True)
class Cluster:
    """The workers of one run.

    Attributes:
        workers: tuple of str, "host:port" of each, in the same order everywhere. The first is the
            chief, which alone writes the run's folder.
        index: int, this process.
    """

    workers: tuple
    index: int

    @property
    def chief(self):
        """Whether this process is the chief."""
        return self.index == 0

    @property
    def own(self):
        """This worker's (host, port)."""
        return address(self.workers[self.index])

    @classmethod
    def of(cls, workers, index, environment):
        """Returns the cluster that options or TF_CONFIG name.

        Args:
            workers: str "host:port,host:port", list of str, or None.
            index: int or None.
            environment: mapping with the environment variables.

        Raises:
            UserError: neither or both are given, or they make no sense.
        """
        if workers is None and index is None:
            return cls._of_tf_config(environment.get("TF_CONFIG"))
        if environment.get("TF_CONFIG"):
            raise UserError("workers are named by TF_CONFIG and by --workers: keep one of the two")
        if workers is None or index is None:
            missing = "--workers" if workers is None else "--worker"
            raise UserError(f"strategy multiworker lacks {missing}: {_HOW}")
        names = workers.split(",") if isinstance(workers, str) else list(workers)
        return cls._checked([name.strip() for name in names], index, "--workers", "--worker")

    @classmethod
    def _of_tf_config(cls, text):
        if not text:
            raise UserError(f"strategy multiworker knows no workers: {_HOW}")
        try:
            content = json.loads(text)
            jobs, task = content["cluster"], content["task"]
            chiefs = list(jobs.get("chief", []))
            workers = chiefs + list(jobs.get("worker", []))
            index = int(task["index"]) + (len(chiefs) if task["type"] == "worker" else 0)
            known = task["type"] in ("chief", "worker")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"TF_CONFIG cannot be read ({type(error).__name__}: {error}): it looks like "
                '{"cluster": {"worker": ["a:2222", "b:2222"]}, '
                '"task": {"type": "worker", "index": 0}}'
            ) from None
        if not known:
            raise UserError(f"TF_CONFIG makes this a '{task['type']}': only workers train here")
        return cls._checked(workers, index, "TF_CONFIG", "TF_CONFIG's task index")

    @classmethod
    def _checked(cls, workers, index, named_by, indexed_by):
        for name in workers:
            address(name, named_by)
        double = {name for name in workers if workers.count(name) > 1}
        if double:
            raise UserError(f"{named_by} names '{min(double)}' twice")
        if not 0 <= index < len(workers):
            raise UserError(
                f"{indexed_by} is {index}, but {named_by} names {len(workers)} workers: 0 is the "
                f"first, {len(workers) - 1} the last"
            )
        return cls(tuple(workers), index)


def address(name, named_by="--workers"):
    """Returns (host, port) of "host:port"; raises UserError for anything else."""
    host, _, port = name.rpartition(":") if isinstance(name, str) else ("", "", "")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UserError(f"{named_by} names '{name}': a worker is host:port, such as gpu1:2222")
    return host.strip("[]"), int(port)
