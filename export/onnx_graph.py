"""The network as an ONNX graph, through tf2onnx, which never sees the weights."""

import contextlib
import logging

import numpy as np

from keras_w2v2.export import serving
from keras_w2v2.export.verify import ExportError

OPSET = 18
_INPUTS, _OUTPUTS = ("waveform", "length"), ("logits", "num_frames")
_AXES = {
    "waveform": ("batch", "samples"),
    "length": ("batch",),
    "logits": ("batch", "frames"),
    "num_frames": ("batch",),
}


def convert(model):
    """Returns a recogniser as an onnx.ModelProto of standard ops, for any batch size and length.

    Inputs waveform float32 [batch, samples] and length int32 [batch]; outputs logits float32
    [batch, frames, vocabulary] and num_frames int32 [batch].

    The weights are inputs of the graph while tf2onnx works on it, and become initializers
    afterwards. As constants they are copied until BASE's 0.4 GB fill 17 GB, and a bias of zeros
    goes missing, whereupon tf2onnx's optimizer joins two reshapes into a wrong one.

    Args:
        model: Wav2Vec2ForCTC in float32.

    Raises:
        ExportError: tf2onnx cannot express the model.
    """
    import onnx

    try:
        with quietly():
            proto = _without_weights(model)
    except Exception as error:  # of its own, of TensorFlow, of protobuf
        reason = " ".join(str(error).split())[:300]
        raise ExportError(f"tf2onnx could not convert the model: {reason}") from error
    graph = proto.graph
    weights = {w.path: onnx.numpy_helper.from_array(np.asarray(w), w.path) for w in model.weights}
    for value in [value for value in graph.input if value.name in weights]:
        graph.input.remove(value)
    _rectify(graph)
    _fold(proto, weights)
    del proto.opset_import[1:]  # ai.onnx.ml, of which nothing is used
    for value in (*graph.input, *graph.output):
        for axis, name in zip(value.type.tensor_type.shape.dim, _AXES[value.name], strict=False):
            axis.dim_param = name
    return proto


@contextlib.contextmanager
def quietly():
    """Keeps back the warnings that tf2onnx and onnxruntime's quantizer log on every model."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _without_weights(model):
    """Returns a ModelProto whose inputs after waveform and length are the model's weights."""
    import keras
    import tensorflow as tf
    from tf2onnx import optimizer, tf_loader, tfonnx

    logits = serving.logits_function(model)

    @tf.function(autograph=False)
    def read(waveform, length, weights):
        with keras.StatelessScope(zip(model.weights, weights, strict=True)):
            return logits(waveform, length)

    weights = [
        tf.TensorSpec(weight.shape, tf.float32, name=f"weight_{i}")
        for i, weight in enumerate(model.weights)
    ]
    waveform = tf.TensorSpec([None, None], tf.float32, name="waveform")
    length = tf.TensorSpec([None], tf.int32, name="length")
    traced = read.get_concrete_function(waveform, length, weights)
    inputs = [tensor.name for tensor in traced.inputs]
    outputs = [traced.structured_outputs[name].name for name in _OUTPUTS]
    paths = [weight.path for weight in model.weights]
    names = dict(zip(inputs + outputs, [*_INPUTS, *paths, *_OUTPUTS], strict=True))
    frozen = tf_loader.from_function(traced, inputs, outputs)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(frozen, name="")
        converted = tfonnx.process_tf_graph(
            graph,
            opset=OPSET,
            input_names=inputs,
            output_names=outputs,
            tensors_to_rename=names,
            custom_op_handlers={"FloorDiv": (_floor_division, [])},
        )
    return optimizer.optimize_graph(converted).make_model("keras-w2v2")


def _floor_division(context, node, name, arguments):
    """Writes TensorFlow's FloorDiv of integers, which tf2onnx takes for ONNX's Div.

    Div rounds towards zero: a clip that is too short for a frame would get one.
    """
    value, divisor = node.input
    remainder = context.make_node("Mod", [value, divisor]).output[0]  # of the divisor's sign
    multiple = context.make_node("Sub", [value, remainder]).output[0]
    context.replace_inputs(node, [multiple, divisor])
    node.type = "Div"


def _rectify(graph):
    """Takes back what tf2onnx makes of `x * (x > 0)`: ThresholdedRelu, unknown for integers."""
    for node in graph.node:
        if node.op_type == "ThresholdedRelu":
            node.op_type = "Relu"
            del node.attribute[:]  # the threshold, which is 0 wherever the model does this


def _fold(proto, weights):
    """Puts the weights in, and what depends on nothing else: weight norm, layouts of kernels.

    Args:
        proto: onnx.ModelProto.
        weights: dict of name to onnx.TensorProto.
    """
    import onnx
    import onnxruntime

    graph = proto.graph
    weights |= {tensor.name: tensor for tensor in graph.initializer}
    known, folded, kept = {"", *weights}, [], []
    for node in graph.node:  # in topological order
        constant = all(name in known for name in node.input)
        (folded if constant else kept).append(node)
        known.update(node.output if constant else ())
    read = {name for node in kept for name in node.input}
    made = [name for node in folded for name in node.output if name in read]
    if made:
        used = {name for node in folded for name in node.input}
        outputs = [onnx.ValueInfoProto(name=name) for name in made]  # types follow from the nodes
        tensors = [tensor for name, tensor in weights.items() if name in used]
        alone = onnx.helper.make_graph(folded, "weights", [], outputs, tensors)
        model = onnx.helper.make_model(
            alone, opset_imports=proto.opset_import, ir_version=proto.ir_version
        )
        values = onnxruntime.InferenceSession(model.SerializeToString()).run(made, {})
        for name, value in zip(made, values, strict=True):
            weights[name] = onnx.numpy_helper.from_array(value, name)
    needed = [tensor for name, tensor in weights.items() if name in read]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(needed)
