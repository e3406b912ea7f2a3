"""On which devices a run trains: one, several of this machine, several machines, or a TPU."""

import contextlib
import faulthandler
import functools
import os
import tempfile
from dataclasses import dataclass

import tensorflow as tf

from keras_w2v2.data.parts import Part
from keras_w2v2.errors import UserError
from keras_w2v2.training.runs.run_folder import RunFolder
from keras_w2v2.training.workers import handshake, shares, worker_loss
from keras_w2v2.training.workers.cluster import Cluster

PATIENCE_SECONDS = 120  # workers wait for each other so long before they train
LONGEST_WAIT_SECONDS = 3600  # and so long while they do: one may be measuring on the dev shards


@dataclass(frozen=True)
class Distribution:
    """The devices of a run.

    Attributes:
        strategy: tf.distribute.Strategy, or None for one device.
        cluster: Cluster, or None without workers.
    """

    strategy: object = None
    cluster: Cluster | None = None

    @property
    def chief(self):
        """Whether this process writes the run's folder."""
        return self.cluster is None or self.cluster.chief

    def scope(self):
        """Returns the context in which models are made and compiled."""
        return contextlib.nullcontext() if self.strategy is None else self.strategy.scope()

    def compiles(self, wanted):
        """Returns whether a step is compiled by XLA, where the configuration wants it."""
        return wanted and self.strategy is None

    def part(self, data):
        """Returns which part of the shards this process reads for training (Part), None for all.

        Args:
            data: the recipe's section of that name.
        """
        if self.cluster is None or not data.own_shards:
            return None
        return Part(self.cluster.index, len(self.cluster.workers))

    def share(self, dataset, part=None):
        """Returns a dataset of batches as `fit` and `evaluate` take it.

        Args:
            dataset: tf.data.Dataset of the batches, or of this process' part of each.
            part: Part, or None.
        """
        if self.strategy is None:
            return dataset
        return shares.distribute(self.strategy, dataset, own=part is not None)

    @contextlib.contextmanager
    def own_folder(self, folder):
        """Yields the RunFolder to write to: a passing one on workers that are not the chief."""
        if self.chief:
            yield folder
        else:
            with tempfile.TemporaryDirectory() as passing:
                yield RunFolder(passing)

    def batch_arguments(self, arguments):
        """Returns the arguments of a function that makes batches, as these devices need them."""
        if not isinstance(self.strategy, tf.distribute.TPUStrategy):
            return arguments
        # A TPU compiles one shape for all its cores.
        return arguments | {
            "batch_multiple": arguments["batch_multiple"] * self.strategy.num_replicas_in_sync
        }

    def together(self, function, *arguments):
        """Returns what `function` returns, once it has succeeded on every worker.

        Raises:
            UserError: it has failed on another worker; here, what it raised.
        """
        try:
            result, error = function(*arguments), None
        except Exception as raised:
            result, error = None, raised
        failed = self.sum(0 if error is None else 1)
        if error is not None:
            raise error
        if failed:
            raise UserError("another worker refused to go on: what it printed says why")
        return result

    def of_chief(self, function, *arguments):
        """Returns on every worker the int or None that `function` returns on the chief.

        Raises:
            UserError: it has failed on the chief; there, what it raised.
        """
        result = self.together(function if self.chief else lambda *_: None, *arguments)
        told = self.sum(0 if result is None else result + 1)
        return told - 1 if told else None

    def require_the_same(self, value, what):
        """Raises UserError on all workers unless the int `value` is the same on all of them."""
        if self.cluster is None:
            return
        same = self.sum(value) == value * len(self.cluster.workers)
        if self.sum(0 if same else 1):
            raise UserError(f"the workers have different {what}: start all from the same files")

    def leave_together(self):
        """Returns once every worker has come here; after it each may leave the others."""
        self.sum(0)
        # The first to leave could take with it what another still reads of that sum. Of this
        # one nobody needs anything.
        with contextlib.suppress(UserError):
            self.sum(0)

    def sum(self, value):
        """Returns the sum of an int over all workers; every worker must call it alike.

        Raises:
            UserError: a worker is gone.
        """
        if self.cluster is None:
            return value
        try:
            sums = _summing(self.strategy)(tf.constant(value, tf.int64))
        except tf.errors.OpError as error:
            worker_loss.explain(error)
            raise
        local = self.strategy.experimental_local_results(sums)
        return int(local[0]) // len(local)


@functools.cache
def _summing(strategy):
    """Returns a function that adds up a tensor over all replicas of a strategy."""

    def over_replicas(value):
        replica = tf.distribute.get_replica_context()
        return replica.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(value))

    return tf.function(lambda value: strategy.run(over_replicas, args=(value,)))


def build(config, terms, workers=None, worker=None, tell=lambda text: None):
    """Returns the Distribution of a configuration; call it before TensorFlow has done anything.

    Args:
        config: PretrainConfig or FinetuneConfig.
        terms: dict, what must be the same on all workers.
        workers: str "host:port,host:port", list of str, or None for what TF_CONFIG says.
        worker: int, which of them this process is.
        tell: function of one str, told whom this worker waits for.

    Raises:
        UserError: no devices for the strategy, or workers that do not come or do not agree.
    """
    if config.strategy != "multiworker" and (workers is not None or worker is not None):
        raise UserError(f"--workers is given, but strategy is {config.strategy}: multiworker?")
    if config.strategy == "mirrored":
        return Distribution(tf.distribute.MirroredStrategy(_devices()))
    if config.strategy == "multiworker":
        cluster = Cluster.of(workers, worker, os.environ)
        handshake.meet(cluster, terms, PATIENCE_SECONDS, tell)
        tell(f"connecting; should a worker be gone by now, this ends in {PATIENCE_SECONDS} s")
        return Distribution(_multi_worker(cluster), cluster)
    if config.strategy == "tpu":
        return Distribution(_tpu())
    return Distribution()


def writes(config, workers=None, worker=None):
    """Returns whether this process is the one that writes the run's folder.

    Args:
        config, workers, worker: as for `build`.
    """
    return config.strategy != "multiworker" or Cluster.of(workers, worker, os.environ).chief


def _devices():
    """Returns the names of the devices to mirror on."""
    gpus = [device.name for device in tf.config.list_logical_devices("GPU")]
    cpus = [device.name for device in tf.config.list_logical_devices("CPU")]
    if gpus or len(cpus) > 1:
        return gpus or cpus
    raise UserError(
        "strategy mirrored needs GPUs, and TensorFlow sees none: `keras-w2v2 doctor` shows the "
        "devices; strategy none trains on the processor"
    )


def _multi_worker(cluster):
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.workers)}),
        task_type="worker",
        task_id=cluster.index,
        rpc_layer="grpc",
    )
    options = tf.distribute.experimental.CommunicationOptions(timeout_seconds=LONGEST_WAIT_SECONDS)
    try:
        with _at_most(PATIENCE_SECONDS):
            return tf.distribute.MultiWorkerMirroredStrategy(resolver, options)
    except tf.errors.OpError as error:
        worker_loss.explain(error)
        raise
    except RuntimeError as error:  # TensorFlow has begun its work, alone
        raise UserError(
            f"strategy multiworker comes too late ({error}): start it in a new process, before "
            "TensorFlow has done anything"
        ) from error


@contextlib.contextmanager
def _at_most(seconds):
    """Ends the process with code 1 where what stands within takes longer.

    TensorFlow waits an hour for a worker that has met the others and is gone, holds Python's lock
    meanwhile and heeds no signal: only a timer outside Python gets through to it.
    """
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _tpu():
    try:
        # Without a name it is that of TPU_NAME, or the TPU of this very machine.
        name = os.environ.get("TPU_NAME", "local")
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu=name)
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        reason = str(error).strip().split("\n")[0].split(". ")[0]
        raise UserError(f"strategy tpu finds no TPU ({reason}): set TPU_NAME to its name") from None
    return tf.distribute.TPUStrategy(resolver)
