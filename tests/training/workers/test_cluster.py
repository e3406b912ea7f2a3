import json

import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.training.workers.cluster import Cluster, address

TWO = ("a:2222", "b:2223")


def tf_config(cluster, kind="worker", index=0):
    content = {"cluster": cluster, "task": {"type": kind, "index": index}}
    return {"TF_CONFIG": json.dumps(content)}


def refusal(workers=None, index=None, environment=()):
    with pytest.raises(UserError) as error:
        Cluster.of(workers, index, dict(environment))
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("workers", ["a:2222,b:2223", "a:2222, b:2223", list(TWO)])
def test_workers_are_named_by_options(workers):
    cluster = Cluster.of(workers, 1, {})
    assert cluster == Cluster(TWO, 1)
    assert cluster.own == ("b", 2223) and not cluster.chief


@pytest.mark.parametrize(
    "cluster, kind, index, own",
    [
        ({"worker": ["a:2222", "b:2223"]}, "worker", 1, 1),
        ({"chief": ["a:2222"], "worker": ["b:2223"]}, "worker", 0, 1),
        ({"chief": ["a:2222"], "worker": ["b:2223"]}, "chief", 0, 0),
    ],
)
def test_workers_are_named_by_tf_config(cluster, kind, index, own):
    assert Cluster.of(None, None, tf_config(cluster, kind, index)) == Cluster(TWO, own)


def test_an_address_may_be_ipv6():
    assert address("[::1]:2222") == ("::1", 2222)


@pytest.mark.parametrize(
    "workers, index, environment, said",
    [
        (None, None, {}, "knows no workers: give --workers host:port"),
        ("a:1", None, {}, "lacks --worker:"),
        (None, 0, {}, "lacks --workers:"),
        ("a:1,b", 0, {}, "names 'b': a worker is host:port"),
        ("a:1,b:x", 0, {}, "names 'b:x'"),
        ("a:1,b:70000", 0, {}, "names 'b:70000'"),
        ("a:1,a:1", 0, {}, "names 'a:1' twice"),
        ("a:1,b:1", 2, {}, "--worker is 2, but --workers names 2 workers: 0 is the first, 1 the"),
        ("a:1,b:1", -1, {}, "--worker is -1"),
        ("a:1,b:1", 0, tf_config({"worker": ["a:1"]}), "by TF_CONFIG and by --workers"),
        (None, None, {"TF_CONFIG": "{"}, "TF_CONFIG cannot be read"),
        (None, None, {"TF_CONFIG": "[]"}, "TF_CONFIG cannot be read"),
        (None, None, {"TF_CONFIG": "{}"}, "TF_CONFIG cannot be read (KeyError: 'cluster')"),
        (None, None, tf_config({"worker": ["a:1"]}, "ps"), "makes this a 'ps': only workers"),
        (None, None, tf_config({"worker": ["a:1"]}, index=3), "TF_CONFIG's task index is 3"),
    ],
)
def test_a_cluster_that_makes_no_sense_is_refused(workers, index, environment, said):
    assert said in refusal(workers, index, environment)
