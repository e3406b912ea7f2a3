import time

import tensorflow as tf

from keras_w2v2.training.input_wait import InputWait


def read(iterator, count, pause):
    step = tf.function(lambda iterator: next(iterator))
    for _ in range(count):
        step(iterator)
        time.sleep(pause)


def slow(seconds):
    def wait(value):
        time.sleep(seconds)
        return value

    def late(value):
        return tf.ensure_shape(tf.numpy_function(wait, [value], tf.int64), [])

    return tf.data.Dataset.range(100).map(late).prefetch(2)


def test_waiting_for_a_slow_pipeline_is_counted():
    clock = InputWait()
    iterator = iter(clock.timed(slow(0.05)))
    began = time.perf_counter()
    read(iterator, 10, pause=0.0)
    took = time.perf_counter() - began
    assert 0.4 <= clock.seconds() <= took


def test_what_a_pipeline_does_while_the_reader_is_busy_is_no_waiting():
    clock = InputWait()
    iterator = iter(clock.timed(slow(0.001)))
    read(iterator, 1, pause=0.1)
    first = clock.seconds()
    read(iterator, 5, pause=0.1)
    assert clock.seconds() - first < 0.25  # the pauses alone are 0.5 s


def test_the_batches_are_the_same():
    clips = tf.data.Dataset.range(6).map(lambda i: ({"waveform": i}, {"labels": -i}))
    timed = InputWait().timed(clips)
    assert [(int(x["waveform"]), int(y["labels"])) for x, y in timed] == [(i, -i) for i in range(6)]
    assert timed.element_spec == clips.element_spec
    endless = InputWait().timed(clips.repeat())
    assert endless.cardinality() == tf.data.INFINITE_CARDINALITY
