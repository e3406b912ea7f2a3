"""Ten updates of each task on the backend that KERAS_BACKEND names; run as a script.

python tests/models/backend_steps.py FILE.npz
"""

import sys

import keras
import numpy as np
from keras import ops
from small_models import SMALLEST, UNDROPPED, clips, ctc, labels, pretraining

INPUTS = clips(1000, 700, 900)
TARGETS = labels([2, 3], [4, 4], [3])
TASKS = {
    "pretraining": (
        lambda: pretraining(
            **SMALLEST, **UNDROPPED, quantizer_dropout=0.0, gumbel_decay=0.9, gumbel_end=0.1
        ),
        (INPUTS, None),
    ),
    "continuous targets": (
        lambda: pretraining(**SMALLEST, **UNDROPPED, num_codebooks=0),
        (INPUTS, None),
    ),
    "ctc": (lambda: ctc(**SMALLEST, **UNDROPPED, freeze_transformer_updates=5), (INPUTS, TARGETS)),
}


def updates(task, count=10):
    """Returns the figures after each update and the weights at the end (dict of arrays)."""
    make, (x, y) = TASKS[task]
    model = make()
    generator = np.random.default_rng(0)
    for weight in model.weights:
        noise = generator.normal(0, 0.1, weight.shape)
        weight.assign(ops.convert_to_numpy(weight) * 0 + noise + ("gain" in weight.path))
    # JAX compiles by XLA whatever is asked; TensorFlow's plain graphs are the other side.
    compiled = keras.backend.backend() == "jax"
    model.compile(optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-4), jit_compile=compiled)
    # Otherwise TensorFlow traces the first update twice, because it makes variables.
    model.optimizer.build(model.trainable_variables)
    history = model.fit(x, y, batch_size=3, epochs=count, shuffle=False, verbose=0).history
    evaluated = model.evaluate(x, y, batch_size=3, verbose=0, return_dict=True)
    found = {f"{task} {name}": values for name, values in history.items()}
    found |= {f"{task} evaluated {name}": value for name, value in evaluated.items()}
    weights = [ops.convert_to_numpy(weight) for weight in model.weights]
    return found | {f"{task} weight {i}": weight for i, weight in enumerate(weights)}


def of_all_tasks():
    """Returns dict of arrays."""
    return {name: values for task in TASKS for name, values in updates(task).items()}


if __name__ == "__main__":
    np.savez(sys.argv[1], **of_all_tasks())
