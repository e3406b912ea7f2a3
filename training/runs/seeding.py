"""Initial weights and dropout that follow from one seed."""

import contextlib
import random


@contextlib.contextmanager
def seeded(seed):
    """Makes what Keras draws for seeds of its own, in the block, follow from `seed`.

    Keras takes them from Python's generator; its state is put back, so nothing else changes.
    (`keras.utils.set_random_seed` would change TensorFlow's and numpy's for the caller too.)

    Example:
        >>> with seeded(0):
        ...     model = Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny")
    """
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
