"""Models whose weights have shapes and no values: LARGE in a few megabytes."""

import threading

import keras


def build(make):
    """Returns what `make` builds; its weights take no memory and hold nothing.

    Args:
        make: function without arguments that returns a model.

    Raises:
        Whatever `make` raises.

    Example:
        >>> build(lambda: Wav2Vec2ForPreTraining.from_preset("xls_r_2b")).count_params()
        2162932352
    """
    outcome = {}

    def run():
        try:
            with keras.StatelessScope(initialize_variables=False):
                outcome["model"] = make()
        except Exception as error:  # raised again where the caller stands
            outcome["error"] = error

    # Keras keeps a list, one a thread, of weights without values, and fills them when it next
    # leaves a scope. The list of this thread ends with it.
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["model"]
