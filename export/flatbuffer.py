"""Two changes to a finished .tflite file that its makers do not offer: compacting, narrowing."""

import io
import struct

import numpy as np

from keras_w2v2.errors import UserError

_ALIGNMENT = 16  # of every weight in a file, as XNNPACK reads them
_LEAST_OUTSIDE = 64  # bytes of a buffer that is worth an offset
# Fields of the tables Model and SignatureDef, by their place in TensorFlow Lite's schema.
_SUBGRAPHS, _SIGNATURES = 2, 7
_KEY, _SUBGRAPH_INDEX = 2, 4


def compacted(flat):
    """Returns a model with what its signatures have in common written once.

    The weights are shared as they come; here the tensors that stand for them are too, with their
    scales (12 bytes a channel: 1 MB for each signature of BASE), and the shapes of all. A
    flatbuffer may point to one table from several places. Names of inner tensors, which nobody
    reads, go.

    Args:
        flat: bytes of a TFLite model. Its weights come to lie behind the flatbuffer, each at its
            own offset in the file, as ai-edge-quantizer puts those of large models.
    """
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(flat, 0))
    weights = _taken_out(model, flat)
    for graph in model.subgraphs:
        faces = {*graph.inputs, *graph.outputs}
        for number, tensor in enumerate(graph.tensors):
            if number not in faces:
                tensor.name = b""
            if tensor.quantization is not None and tensor.quantization.scale is None:
                tensor.quantization = None

    kept = [
        (graph.tensors, [operator.builtinOptions for operator in graph.operators])
        for graph in model.subgraphs
    ]

    def packed():
        builder = flatbuffers.Builder(len(flat) // 4 + 1024)
        written = _Written()
        for graph, (tensors, options) in zip(model.subgraphs, kept, strict=True):
            graph.tensors = [written.once(tensor) for tensor in tensors]
            for operator, own in zip(graph.operators, options, strict=True):
                operator.builtinOptions = written.once(own)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    _place(weights, begin=0)
    begin = _aligned(len(packed()))  # offsets have a fixed width: places do not change the size
    end = _place(weights, begin)
    file = bytearray(packed().ljust(end, b"\0"))
    for buffer, data in weights:
        file[buffer.offset : buffer.offset + buffer.size] = data
    return bytes(file)


def _taken_out(model, flat):
    """Takes the weights out of a model's buffers: list of (buffer, its bytes)."""
    weights = []
    for buffer in model.buffers:
        if buffer.offset > 1:
            weights.append((buffer, flat[buffer.offset : buffer.offset + buffer.size]))
        elif buffer.data is not None and len(buffer.data) >= _LEAST_OUTSIDE:
            weights.append((buffer, np.asarray(buffer.data, np.uint8).tobytes()))
            buffer.data = None
    return weights


def _place(weights, begin):
    """Gives each buffer its offset in the file; returns where the last one ends."""
    place = max(begin, _ALIGNMENT)  # 0 and 1 mean that there is none
    for buffer, data in weights:
        buffer.offset, buffer.size = place, len(data)
        place = _aligned(place + len(data))
    return place


def _aligned(place):
    return -(-place // _ALIGNMENT) * _ALIGNMENT


class _Written:
    """Tables that are written once, found by their content."""

    def __init__(self):
        self._known = {}

    def once(self, table):
        """Returns what stands for a table (or None) and all of equal content."""
        if table is None:
            return None
        return self._known.setdefault(_content(table), _Once(table))


class _Once:
    """A table that packs itself the first time and tells its place after that."""

    def __init__(self, table):
        self._table = table
        self._place = None

    def Pack(self, builder):  # noqa: N802 - the name that flatbuffers calls
        if self._place is None:
            self._place = self._table.Pack(builder)
        return self._place


def _content(value):
    """Returns what tells two tables apart (hashable)."""
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.tobytes())
    if isinstance(value, list):
        return tuple(_content(item) for item in value)
    if hasattr(value, "__dict__"):
        return (type(value), *(_content(item) for item in vars(value).values()))
    return value


def narrowed(flat, name):
    """Returns the model with one signature alone, as bytes of the same length.

    XNNPACK packs the weights once for each subgraph, used or not: four signatures cost the
    memory of four models. So a reader that needs one window leaves the others out of the lists
    of subgraphs and signatures; nothing moves, a few numbers change.

    Args:
        flat: bytes of a model without control flow.
        name: str, a signature's name.

    Raises:
        UserError: there is no such signature, or its subgraphs call each other.
    """
    # A BytesIO takes the bytes over and hands them back: no second copy of the weights.
    whole = io.BytesIO(flat)
    del flat
    with whole.getbuffer() as edited:
        _narrow(edited, name)
    return whole.getvalue()


def _narrow(edited, name):
    """Leaves one signature in the lists of a model, given as a writable buffer."""
    root = _number(edited, 0)
    signatures = _vector(edited, root, _SIGNATURES)
    subgraphs = _vector(edited, root, _SUBGRAPHS)
    found = {}
    for number in range(_number(edited, signatures)):
        table = _target(edited, signatures + 4 + 4 * number)
        key = _target(edited, _field(edited, table, _KEY))
        size = _number(edited, key)
        found[str(edited[key + 4 : key + 4 + size], "utf-8")] = table
    if name not in found:
        raise UserError(f"the model has no signature {name!r}, but {', '.join(sorted(found))}")
    if len(found) != _number(edited, subgraphs):
        raise UserError("the model has subgraphs that are no signatures: it cannot be narrowed")
    table, index = found[name], 0
    index_field = _field(edited, table, _SUBGRAPH_INDEX)
    if index_field is not None:
        index = _number(edited, index_field)
        _write(edited, index_field, 0)
    graph = _target(edited, subgraphs + 4 + 4 * index)
    for vector, only in ((signatures, table), (subgraphs, graph)):
        _write(edited, vector, 1)
        _write(edited, vector + 4, only - (vector + 4))


def _number(data, place):
    return struct.unpack_from("<I", data, place)[0]


def _write(data, place, value):
    struct.pack_into("<I", data, place, value)


def _target(data, place):
    """Where the offset at `place` points to."""
    return place + _number(data, place)


def _field(data, table, number):
    """Where field `number` of a table lies, None where it has its default."""
    vtable = table - struct.unpack_from("<i", data, table)[0]
    if 4 + 2 * number >= struct.unpack_from("<H", data, vtable)[0]:
        return None
    offset = struct.unpack_from("<H", data, vtable + 4 + 2 * number)[0]
    return table + offset if offset else None


def _vector(data, table, number):
    place = _field(data, table, number)
    if place is None:
        raise UserError("the model has no signatures: export it again")
    return _target(data, place)
