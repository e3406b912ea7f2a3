"""One call that checks what every layer promises a Keras user."""

import keras
import numpy as np
from keras import ops, tree


@keras.saving.register_keras_serializable(package="tests")
class Alone(keras.Model):
    """A model of one layer, so that the layer can be saved and loaded."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer

    def call(self, inputs):
        return self.layer(*inputs)

    def get_config(self):
        return {"layer": keras.saving.serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config["layer"]))


def check_layer(make, inputs, folder, tolerance=1e-5, mixed_tolerance=0.05):
    """Checks config, `.keras` file, dtype policies and XLA of one layer.

    Args:
        make: function of keyword arguments (`dtype`) to a new layer.
        inputs: list of arrays, what the layer is called with.
        folder: pathlib.Path for the file.
        tolerance: float, relative error allowed between compiled and plain.
        mixed_tolerance: float, relative error allowed in mixed_bfloat16; None where rounding may
            change a choice, so that only the dtypes and finiteness are checked.
    """
    layer = make()
    wanted = _outputs(layer, inputs)
    assert layer.built
    check_config(layer, inputs, wanted)
    check_file(layer, inputs, wanted, folder)
    check_compiled(layer, inputs, wanted, tolerance)
    check_mixed(make, layer, inputs, wanted, mixed_tolerance)


def check_config(layer, inputs, wanted):
    """A layer made from the config of another is the same but for its weights."""
    twin = type(layer).from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    twin(*inputs)
    twin.set_weights(layer.get_weights())
    _assert_same_bits(_outputs(twin, inputs), wanted)


def check_file(layer, inputs, wanted, folder):
    """A `.keras` file gives the layer back, bit for bit."""
    model = Alone(layer)
    model(inputs)
    model.save(folder / "layer.keras")
    loaded = keras.saving.load_model(folder / "layer.keras")
    _assert_same_bits(_outputs(loaded.layer, inputs), wanted)


def check_compiled(layer, inputs, wanted, tolerance):
    """XLA computes what eager execution does."""
    import tensorflow as tf

    compiled = tf.function(lambda *arrays: layer(*arrays), jit_compile=True)
    found = [ops.convert_to_numpy(x) for x in tree.flatten(compiled(*inputs))]
    for one, other in zip(found, wanted, strict=True):
        assert relative_error(one, other) <= tolerance


def check_mixed(make, layer, inputs, wanted, tolerance):
    """mixed_bfloat16 keeps float32 weights and computes nearly the same."""
    mixed = make(dtype="mixed_bfloat16")
    mixed(*inputs)
    assert {v.dtype for v in mixed.trainable_variables} <= {"float32"}
    mixed.set_weights(layer.get_weights())
    for found, other in zip(_outputs(mixed, inputs), wanted, strict=True):
        found = found.astype("float32")
        assert np.isfinite(found).all()
        if tolerance is not None:
            assert relative_error(found, other) <= tolerance


def relative_error(found, wanted):
    """Returns the largest absolute difference over the largest absolute value."""
    found, wanted = np.asarray(found, "float64"), np.asarray(wanted, "float64")
    assert found.shape == wanted.shape
    return np.abs(found - wanted).max() / max(np.abs(wanted).max(), 1e-30)


def _outputs(layer, inputs):
    return [ops.convert_to_numpy(x) for x in tree.flatten(layer(*inputs))]


def _assert_same_bits(found, wanted):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)
