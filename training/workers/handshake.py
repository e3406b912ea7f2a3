"""Workers meet before TensorFlow starts: all are there, and all are about to train the same.

TensorFlow itself would wait for a missing worker without end, and would train with workers of
different configurations without a word.
"""

import json
import socket
import time

from keras_w2v2.errors import UserError
from keras_w2v2.training.workers.cluster import address

_RETRY_SECONDS = 0.2
_SILENCE_SECONDS = 5.0  # who connects and says nothing for so long is no worker
_LONGEST_LINE = 1 << 20


def meet(cluster, terms, patience, tell=lambda text: None):
    """Returns once every worker of the cluster is here with the same terms.

    The chief listens on its own address and compares what the others send; it answers all of
    them alike, so all train or none.

    Args:
        cluster: Cluster.
        terms: dict of str to a JSON value, what must be the same on all workers.
        patience: float, seconds to wait for the others.
        tell: function of one str, told whom this worker waits for.

    Raises:
        UserError: a worker did not come, or came with other terms; the text names it.
    """
    limit = time.monotonic() + patience
    verdict = (_hear if cluster.chief else _report)(cluster, terms, limit, tell)
    if verdict:
        raise UserError(verdict)


def _hear(cluster, terms, limit, tell):
    here, connections, verdict = set(), [], ""
    with _bound(cluster) as server:
        server.listen(len(cluster.workers))
        while len(here) < len(cluster.workers) - 1 and not verdict:
            missing = [i for i in range(1, len(cluster.workers)) if i not in here]
            tell(f"waiting for {_names(cluster, missing)}")
            try:
                server.settimeout(max(limit - time.monotonic(), 0.001))
                connection, _ = server.accept()
                connection.settimeout(_SILENCE_SECONDS)
                theirs = {"worker": None, "workers": [], "terms": {}} | _receive(connection)
            except (TimeoutError, OSError, ValueError):
                if time.monotonic() < limit:
                    continue  # a port scan, or a worker that was killed while it spoke
                verdict = f"{_names(cluster, missing)} did not come: start it, or check the address"
                break
            connections.append(connection)
            verdict = _disagreement(cluster, terms, theirs, here)
            here.add(theirs["worker"])
    for connection in connections:
        with connection:
            _send(connection, {"verdict": verdict})
    return verdict


def _report(cluster, terms, limit, tell):
    _bound(cluster).close()  # TensorFlow is about to listen there
    chief = address(cluster.workers[0])
    tell(f"waiting for {_names(cluster, [0])}")
    own = {"worker": cluster.index, "workers": list(cluster.workers), "terms": terms}
    while time.monotonic() < limit:
        try:
            with socket.create_connection(chief, timeout=limit - time.monotonic()) as connection:
                _send(connection, own)
                return _receive(connection)["verdict"]
        except (OSError, ValueError, KeyError):
            time.sleep(_RETRY_SECONDS)
    return f"{_names(cluster, [0])} cannot be reached: start it, or check the address"


def _bound(cluster):
    """Returns a socket on this worker's own port."""
    server = socket.socket(_family(cluster.own), socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(("", cluster.own[1]))
    except OSError as error:
        server.close()
        raise UserError(
            f"worker {cluster.index} cannot listen on port {cluster.own[1]} ({error.strerror}): "
            "name a free one in --workers"
        ) from None
    return server


def _disagreement(cluster, terms, theirs, here):
    """Returns in one line why a worker cannot take part, or nothing."""
    worker = theirs["worker"]
    if theirs["workers"] != list(cluster.workers):
        return f"worker {worker} was given other workers: {', '.join(theirs['workers'])}"
    if worker in here or worker == 0:
        return f"two processes say that they are worker {worker}: give each its own --worker"
    differing = [
        f"{name} is {_short(theirs['terms'].get(name))} there, {_short(value)} at worker 0"
        for name, value in terms.items()
        if theirs["terms"].get(name) != value
    ]
    if differing:
        return (
            f"worker {worker} has another configuration ({'; '.join(differing[:3])}): start all "
            "workers with the same command but for --worker"
        )
    return ""


def _names(cluster, indices):
    return ", ".join(f"worker {i} ({cluster.workers[i]})" for i in indices)


def _short(value):
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _family(own):
    return socket.AF_INET6 if ":" in own[0] else socket.AF_INET


def _send(connection, content):
    connection.sendall(json.dumps(content).encode() + b"\n")


def _receive(connection):
    with connection.makefile("rb") as file:
        line = file.readline(_LONGEST_LINE)
    content = json.loads(line)
    if not isinstance(content, dict):
        raise ValueError("no message of a worker")
    return content
