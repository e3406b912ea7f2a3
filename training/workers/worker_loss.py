"""What TensorFlow raises when a worker of a run is gone, in words."""

import tensorflow as tf

from keras_w2v2.errors import UserError

# In collectives that never came to their end, one of these; which one depends on how the other
# worker went and on what this one was doing.
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.DeadlineExceededError,
    tf.errors.CancelledError,
    tf.errors.InternalError,
)


def explain(error):
    """Raises UserError if `error` comes of the loss of another worker.

    Args:
        error: exception that ended the training.
    """
    if isinstance(error, _LOST):
        raise UserError(
            f"another worker is gone ({type(error).__name__}): start all workers again with the "
            "same commands, and the run carries on from its newest checkpoint"
        ) from error
