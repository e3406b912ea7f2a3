"""A worker process of Beam that ends with the process that started it.

Beam's own waits for minutes for a parent that was killed, and keeps its memory as long.
"""

import os
import sys
import threading
import time

_LOOK_SECONDS = 0.5


def command():
    """Returns the shell command that starts a worker as a child of this process (str)."""
    # Without `exec` the shell would be the child, and the worker would not see its parent die.
    return f"exec {sys.executable} -m {__name__} {os.getpid()}"


def _end_with(parent):
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def main():
    parent = int(sys.argv[1])  # by number: it may be gone before this line is reached
    threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main(sys.argv)


if __name__ == "__main__":
    main()
