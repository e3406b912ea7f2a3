"""Requests that TensorFlow Serving runs before it says that a model is ready."""

from pathlib import Path

import numpy as np

from keras_w2v2.frames import SAMPLE_RATE

FOLDER, FILE = "assets.extra", "tf_serving_warmup_requests"
BATCHING = "batching_parameters.txt"
SECONDS = (2.0, 10.0)

# TensorFlow Serving's prediction_log.proto, predict.proto and model.proto, as far as needed here.
_MESSAGES = {
    "ModelSpec": [("name", 1, "string"), ("signature_name", 3, "string")],
    "Input": [("key", 1, "string"), ("value", 2, ".tensorflow.TensorProto")],
    "PredictRequest": [("model_spec", 1, "ModelSpec"), ("inputs", 2, "Input*")],
    "PredictLog": [("request", 1, "PredictRequest")],
    "PredictionLog": [("predict_log", 6, "PredictLog")],
}

_BATCHING = """\
# tensorflow_model_server --enable_batching --batching_parameters_file=batching_parameters.txt
# Clips of other lengths are padded to the longest of their batch, which changes no result.
max_batch_size { value: 8 }
batch_timeout_micros { value: 20000 }
max_enqueued_batches { value: 64 }
num_batch_threads { value: 2 }
pad_variable_length_inputs: true
"""


def write(folder, signatures):
    """Writes the warm-up requests and a batching configuration into a SavedModel folder.

    Args:
        folder: str or path.
        signatures: iterable of str, those of waveform and length to warm up.
    """
    import tensorflow as tf

    place = Path(folder) / FOLDER
    place.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(place / FILE)) as writer:
        for signature in signatures:
            for seconds in SECONDS:
                writer.write(request(signature, round(seconds * SAMPLE_RATE)))
    (place / BATCHING).write_text(_BATCHING, encoding="utf-8")


def request(signature, samples):
    """Returns a PredictionLog of one request (bytes): a clip of faint noise.

    Args:
        signature: str.
        samples: int.
    """
    import tensorflow as tf

    noise = np.random.default_rng(0).normal(0, 0.01, (1, samples)).astype("float32")
    log = _message("PredictionLog")()
    asked = log.predict_log.request
    asked.model_spec.name = "keras_w2v2"
    asked.model_spec.signature_name = signature
    for name, value in (("waveform", noise), ("length", np.array([samples], "int32"))):
        one = asked.inputs.add()
        one.key = name
        one.value.CopyFrom(tf.make_tensor_proto(value))
    return log.SerializeToString()


def _message(name):
    """Returns a message's class; map fields are repeated pairs, the same on the wire."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    from tensorflow.core.framework import tensor_pb2

    pool = descriptor_pool.Default()
    package = "keras_w2v2.serving"
    try:
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))
    except KeyError:
        pass
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="keras_w2v2/serving.proto", package=package, syntax="proto3"
    )
    file.dependency.append(tensor_pb2.DESCRIPTOR.name)
    for message, fields in _MESSAGES.items():
        described = file.message_type.add(name=message)
        for field, number, kind in fields:
            added = described.field.add(name=field, number=number)
            many = kind.endswith("*")
            added.label = kinds.LABEL_REPEATED if many else kinds.LABEL_OPTIONAL
            kind = kind.rstrip("*")
            if kind == "string":
                added.type = kinds.TYPE_STRING
            else:
                added.type = kinds.TYPE_MESSAGE
                added.type_name = kind if kind.startswith(".") else f".{package}.{kind}"
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))
