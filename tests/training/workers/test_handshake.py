"""Workers that meet, as threads on loopback."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training.workers import handshake
from keras_w2v2.training.workers.cluster import Cluster

TERMS = {"optimizer.peak_rate": 1e-3, "data": ["ab12"]}


@pytest.fixture
def three():
    """Addresses of three workers on free ports."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    names = tuple(f"127.0.0.1:{one.getsockname()[1]}" for one in sockets)
    for one in sockets:
        one.close()
    return names


def meeting(workers, patience=20.0):
    """What each of (Cluster, terms) hears: None, or the text of its UserError."""

    def attend(worker):
        try:
            handshake.meet(*worker, patience)
        except UserError as error:
            return str(error)

    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(attend, workers))


def test_workers_with_the_same_terms_begin(three):
    assert meeting([(Cluster(three, i), TERMS) for i in range(3)]) == [None] * 3


def test_a_worker_with_other_terms_stops_all_with_the_difference(three):
    other = TERMS | {"optimizer.peak_rate": 2e-3}
    heard = meeting([(Cluster(three, 0), TERMS), (Cluster(three, 1), other)], patience=5.0)
    assert heard[0] == heard[1]
    assert heard[0].startswith(
        "worker 1 has another configuration (optimizer.peak_rate is 0.002 there, 0.001 at worker 0)"
    )


def test_two_processes_with_one_number_are_refused(three):
    heard = meeting([(Cluster(three, i), TERMS) for i in (0, 1, 1)], patience=5.0)
    assert set(heard) == {"two processes say that they are worker 1: give each its own --worker"}


def test_a_worker_that_was_given_other_workers_is_refused(three):
    other = Cluster((three[0], "elsewhere:1"), 1)
    heard = meeting([(Cluster(three[:2], 0), TERMS), (other, TERMS)], patience=5.0)
    assert set(heard) == {f"worker 1 was given other workers: {three[0]}, elsewhere:1"}


def test_a_worker_that_does_not_come_is_named_to_all_that_wait(three):
    heard = meeting([(Cluster(three, i), TERMS) for i in (0, 1)], patience=1.0)
    assert heard[0] == f"worker 2 ({three[2]}) did not come: start it, or check the address"
    assert heard[1] in (
        heard[0],
        f"worker 0 ({three[0]}) cannot be reached: start it, or check the address",
    )


def test_without_the_chief_a_worker_ends(three):
    heard = meeting([(Cluster(three, 2), TERMS)], patience=0.5)
    assert heard == [f"worker 0 ({three[0]}) cannot be reached: start it, or check the address"]


@pytest.mark.parametrize("worker", [0, 1])
def test_a_port_that_is_taken_is_said(three, worker):
    port = Cluster(three, worker).own[1]
    with socket.create_server(("0.0.0.0", port)):
        heard = meeting([(Cluster(three, worker), TERMS)], patience=0.5)
    assert heard[0].startswith(f"worker {worker} cannot listen on port {port} (")


def test_a_stranger_on_the_port_is_ignored(three):
    with ThreadPoolExecutor(2) as pool:
        chief = pool.submit(handshake.meet, Cluster(three[:2], 0), TERMS, 20.0)
        for _ in range(200):
            try:
                with socket.create_connection(Cluster(three, 0).own) as stranger:
                    stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
                break
            except ConnectionRefusedError:
                continue
        worker = pool.submit(handshake.meet, Cluster(three[:2], 1), TERMS, 20.0)
        assert chief.result() is None and worker.result() is None
