"""Two logical CPU devices, asked for before TensorFlow starts."""

import functools

import pytest
import tensorflow as tf

try:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
except RuntimeError:  # something ran on a device while tests were collected
    pass


@pytest.fixture(scope="session")
def two_devices():
    """A MirroredStrategy over two CPU devices."""
    return _mirrored()


@functools.cache
def _mirrored():
    # One for all: a second one would reuse its collectives' keys.
    devices = [device.name for device in tf.config.list_logical_devices("CPU")]
    assert len(devices) == 2, "TensorFlow started before tests/two_devices.py was read"
    return tf.distribute.MirroredStrategy(devices)
