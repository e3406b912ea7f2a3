"""Apache Beam without its noise: one function over a list of elements."""

import contextlib
import errno
import logging
import os
import re
import shlex
import threading

from keras_w2v2.errors import UserError
from keras_w2v2.training.preparation import beam_worker
from keras_w2v2.training.preparation.beam_options import check

_TICK_SECONDS = 0.2


def for_each(function, elements, num_workers, beam_options, tick, log_file):
    """Calls a function on every element, on Beam, and waits.

    Beam runs on a thread of its own, so that the caller's thread can report progress and takes
    Ctrl-C at once.

    Args:
        function: importable function of one element.
        elements: list of small picklable values.
        num_workers: int, processes; with 1 the work stays in this process.
        beam_options: sequence of str; with a "--runner=" among them that runner is used.
        tick: function without arguments, called a few times a second and once at the end.
        log_file: str or path, where worker processes write what they have to say.

    Raises:
        UserError: Beam is missing, does not know an option, or failed: its message, without the
            traceback.
        OSError: the disk was too full to say so in the shard's result.
    """
    errors = []

    def work():
        try:
            _run(function, elements, num_workers, list(beam_options), log_file)
        except BaseException as error:
            errors.append(error)

    with _quiet():
        thread = threading.Thread(target=work, name="beam", daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(_TICK_SECONDS)
            tick()
    if errors:
        raise _explained(errors[0])


def _run(function, elements, num_workers, beam_options, log_file):
    try:
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions
        from apache_beam.runners.portability.fn_api_runner import FnApiRunner
        from apache_beam.transforms.environments import SubprocessSDKEnvironment
    except ImportError as error:
        raise UserError(f"prepare needs apache-beam ({error}): pip install apache-beam") from None
    check(beam_options)
    workers = min(num_workers, len(elements))
    options, environment = [f"--direct_num_workers={workers}", *beam_options], None
    if workers > 1:
        # What `--direct_running_mode=multi_processing` does, but for where the workers write.
        quiet = f"{beam_worker.command()} >>{shlex.quote(str(log_file))} 2>&1"
        environment = SubprocessSDKEnvironment.from_command_string(quiet)
    # The name "DirectRunner" would try to download Prism, a program in Go. This is the Python
    # runner that it falls back to.
    chosen = any(option.startswith("--runner") for option in beam_options)
    runner = None if chosen else FnApiRunner(default_environment=environment)
    with beam.Pipeline(runner=runner, options=PipelineOptions(options)) as pipeline:
        _ = (
            pipeline
            | "Places" >> beam.Create(elements)
            | "Spread" >> beam.Reshuffle()
            | "Work" >> beam.Map(function)
        )


@contextlib.contextmanager
def _quiet():
    """Keeps Beam's log lines away, also those of its worker processes."""
    log = logging.getLogger("apache_beam")
    root = logging.getLogger()
    level, handlers, root_level = log.level, list(root.handlers), root.level
    tensorflow_level = os.environ.get("TF_CPP_MIN_LOG_LEVEL")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # inherited by the workers
    log.setLevel(logging.CRITICAL)
    if not handlers:
        root.addHandler(logging.NullHandler())  # or Beam's import would install one that prints
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(root_level)
        log.setLevel(level)
        if tensorflow_level is None:
            os.environ.pop("TF_CPP_MIN_LOG_LEVEL", None)


def _explained(error):
    if isinstance(error, (UserError, KeyboardInterrupt, SystemExit)):
        return error
    full = os.strerror(errno.ENOSPC)
    if full in str(error):
        return OSError(errno.ENOSPC, full)
    # Beam puts a worker's traceback into the message and its step behind it.
    lines = [line for line in str(error).splitlines() if line.strip()] or [""]
    last = re.sub(r" \[while running .*$", "", lines[-1]).strip()
    return UserError(f"Apache Beam failed: {type(error).__name__}: {last[:300]}")
