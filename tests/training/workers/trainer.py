"""A worker that pre-trains on two of them: a process of its own, as TensorFlow needs it."""

import json
import os
import sys


def main(shards, out, recipe, workers, worker, *settings):
    from keras_w2v2.training.pretrain import pretrain
    from keras_w2v2.training.progress import Quiet

    settings = ["strategy=multiworker", *settings]
    more = {"settings": settings, "progress": Quiet, "workers": workers, "worker": int(worker)}
    pretrain(recipe, shards, out, dev=shards, **more)
    os._exit(0)  # as the command line does: TensorFlow waits for the other before it goes


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
