"""A recogniser as one ONNX file, for onnxruntime: any batch size and length, standard ops."""

from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError
from keras_w2v2.export import metadata, onnx_graph, runner, serving, verify
from keras_w2v2.interop import atomic

VARIANTS = ("float32", "int8")
_MOST_BYTES = 2**31 - 1  # of a protobuf message, which an ONNX file is


def export(model, path, variant="float32", clips=None, about=None, check=None):
    """Writes an .onnx file that describes itself.

    Inputs waveform float32 [batch, samples], zero after each clip, and length int32 [batch];
    outputs logits float32 [batch, frames, vocabulary] and num_frames int32 [batch]. Waveforms
    are 16 kHz in [-1, 1]; what the checkpoint wants beyond that happens inside. A float32 file
    gives a clip the same logits in a padded batch as alone. In int8 the weights of the matrix
    products have 7 bits a channel and their inputs one scale for the whole batch, found on the
    fly: there the clips of a batch touch each other's rounding. metadata.json is the entry
    "keras_w2v2" of the file's metadata.

    Args:
        model: Wav2Vec2ForCTC.
        path: str or path of the file, named .onnx; appears whole or not at all.
        variant: str, one of VARIANTS.
        clips: list of float32 [samples], run through both models; None takes noise.
        about: dict with any of "languages", "training" and "licence", for the description.
        check: function of the finished file's path before it has its name, which raises where it
            is not good enough; None compares with Keras on the clips.

    Returns:
        What `check` returns: by default verify.Row with the difference from Keras.

    Raises:
        UserError: for wrong arguments, a missing extra, a model above 2 GB, or a place that
            cannot be written.
        verify.ExportError: when a float32 file differs from Keras, alone or in a padded batch;
            nothing is left behind.

    Example:
        >>> export(model, "recogniser.onnx")
        >>> session = onnxruntime.InferenceSession("recogniser.onnx")
        >>> logits, num_frames = session.run(None, {"waveform": waveform, "length": length})
    """
    model = serving.recognizer_of(model)
    if Path(path).suffix != ".onnx":  # by which every reader knows it
        raise UserError(f"the file must be named .onnx, got '{path}': try '{path}.onnx'")
    if variant not in VARIANTS:
        raise UserError(
            f"variant {variant!r} does not exist for ONNX: choose {' or '.join(VARIANTS)}"
        )
    _require_libraries()
    weight_bytes = 4 * model.count_params()
    if weight_bytes > _MOST_BYTES:
        raise UserError(
            f"the model has {weight_bytes / 1e9:.1f} GB of weights, an ONNX file holds 2.1: export "
            "a SavedModel"
        )
    import onnx

    with atomic.file(path) as partial:
        proto = onnx_graph.convert(model)
        onnx.save(proto, partial)
        _require_sound(partial, weight_bytes)
        if variant == "int8":
            proto = _quantized(partial, model, proto.graph)
        content = metadata.describe(model, variant, about=about)
        text = metadata.files(content)[metadata.METADATA]
        onnx.helper.set_model_props(proto, {runner.ONNX_KEY: text})
        onnx.save(proto, partial)
        del proto
        if variant == "float32":
            _require_padding_without_trace(model, partial, clips, shown_as=path)
        if check is not None:
            return check(partial)
        return verify.require_equal(model, partial, clips, shown_as=path)


def _require_libraries():
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"ONNX export needs {error.name}: pip install 'keras-w2v2[export]'"
        ) from error


def _quantized(path, model, graph):
    """Returns the int8 form of a float32 file (onnx.ModelProto).

    Only the products of Dense layers: int8 convolutions make onnxruntime slower, and the first
    one's statistics of a waveform do not fit into 256 steps. Weights have 7 bits, because the
    sums of 8 x 8 bits overflow on an x86 without VNNI.
    """
    import keras
    import onnx
    from onnxruntime import quantization

    layers = model._flatten_layers()
    kernels = {layer.kernel.path for layer in layers if isinstance(layer, keras.layers.Dense)}
    nodes = [n.name for n in graph.node if n.op_type == "MatMul" and n.input[1] in kernels]
    small = path.with_name("int8.onnx")
    with onnx_graph.quietly():
        quantization.quantize_dynamic(
            path,
            small,
            op_types_to_quantize=["MatMul"],
            nodes_to_quantize=nodes,
            per_channel=True,
            reduce_range=True,
        )
    return onnx.load(small)


def _require_sound(path, weight_bytes):
    """Raises ExportError unless a float32 file is whole and made of ONNX's own ops."""
    import onnx

    try:
        onnx.checker.check_model(path)
    except onnx.checker.ValidationError as error:
        reason = " ".join(str(error).split())[:200]
        raise verify.ExportError(f"the ONNX model is not valid: {reason}") from error
    size = path.stat().st_size
    if size < 0.9 * weight_bytes:
        raise verify.ExportError(
            f"the ONNX model has {size} bytes for {weight_bytes} bytes of weights: some are missing"
        )


def _require_padding_without_trace(model, path, clips, shown_as):
    """Raises ExportError unless a padded batch gives each clip what Keras gives it alone."""
    shortest = model.backbone.frames.receptive_field
    clips = verify.noise() if clips is None else clips
    clips = sorted((c for c in clips if len(c) >= shortest), key=len)[:3]
    if not clips:
        return  # verify and the gate have words for that
    wanted = [verify.keras_logits(model, np.asarray(clip, "float32")) for clip in clips]
    found = runner.load(path).batch(clips)
    worst = max(float(np.abs(f - w).max()) for f, w in zip(found, wanted, strict=True))
    relative = worst / max(float(np.abs(w).max()) for w in wanted)
    if not relative <= verify.LARGEST_RELATIVE_ERROR:
        raise verify.ExportError(
            f"'{shown_as}' was not written: in a padded batch its logits differ from Keras by "
            f"{relative:.1e}, more than {verify.LARGEST_RELATIVE_ERROR:.0e}"
        )
