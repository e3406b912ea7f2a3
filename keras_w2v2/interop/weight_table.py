"""Which tensor of the PyTorch implementations is which variable of ours, and in which layout."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Weight:
    """One variable with its Hugging Face name.

    Args:
        name: str, the tensor's name in transformers 5 (weight norm as a parametrization).
        variable: Keras variable that holds it here.
        layout: str, "same", "swapped" (all axes in reverse order: Dense kernels, convolution
            kernels and weight-norm gains) or "codebook" ([1, G*V, d] there, [G, V, d] here).
    """

    name: str
    variable: object
    layout: str = "same"

    @property
    def shape_there(self):
        """The tensor's shape in PyTorch (tuple of int)."""
        shape = tuple(self.variable.shape)
        if self.layout == "swapped":
            return shape[::-1]
        if self.layout == "codebook":
            return (1, shape[0] * shape[1], shape[2])
        return shape

    def assign(self, tensor):
        """Copies a tensor in PyTorch's layout (numpy, `shape_there`) into the variable."""
        if self.layout == "swapped":
            tensor = tensor.transpose()
        self.variable.assign(np.asarray(tensor, "float32").reshape(tuple(self.variable.shape)))

    def tensor(self):
        """Returns the variable's value in PyTorch's layout (numpy float32, contiguous)."""
        return self.there(self.variable)

    def there(self, value):
        """Returns an array shaped like the variable (such as its gradient) in PyTorch's layout."""
        value = np.asarray(value, "float32")
        if self.layout == "swapped":
            value = value.transpose()
        return np.ascontiguousarray(value.reshape(self.shape_there))


def weights(model):
    """Returns the list of `Weight` of a task model, in the order of the network.

    Args:
        model: Wav2Vec2ForPreTraining or Wav2Vec2ForCTC.
    """
    table = [*_backbone(model.backbone, "wav2vec2.")]
    if hasattr(model, "quantizer"):
        table += [
            Weight("quantizer.codevectors", model.quantizer.codebook, "codebook"),
            *_dense("quantizer.weight_proj", model.quantizer.projection),
            *_dense("project_q", model.project_target),
            *_dense("project_hid", model.project_context),
        ]
    if hasattr(model, "head"):
        table += _dense("lm_head", model.head)
    return table


def _backbone(backbone, prefix):
    for i, block in enumerate(backbone.feature_encoder.blocks):
        name = f"{prefix}feature_extractor.conv_layers.{i}"
        yield Weight(f"{name}.conv.weight", block.kernel, "swapped")
        if block.bias is not None:
            yield Weight(f"{name}.conv.bias", block.bias)
        if hasattr(block, "gain"):  # the group norm of BASE is part of its convolution
            yield Weight(f"{name}.layer_norm.weight", block.gain)
            yield Weight(f"{name}.layer_norm.bias", block.shift)
        elif block.norm is not None:
            yield from _norm(f"{name}.layer_norm", block.norm)
    yield from _norm(f"{prefix}feature_projection.layer_norm", backbone.feature_norm)
    yield from _dense(f"{prefix}feature_projection.projection", backbone.feature_projection)
    yield Weight(f"{prefix}masked_spec_embed", backbone.mask_embedding)
    position = f"{prefix}encoder.pos_conv_embed.conv"
    yield Weight(f"{position}.bias", backbone.position.bias)
    gain, direction = (f"{position}.parametrizations.weight.original{i}" for i in (0, 1))
    yield Weight(gain, backbone.position.gain, "swapped")
    yield Weight(direction, backbone.position.direction, "swapped")
    yield from _norm(f"{prefix}encoder.layer_norm", backbone.encoder_norm)
    for i, block in enumerate(backbone.blocks):
        yield from _transformer_block(f"{prefix}encoder.layers.{i}", block)


def _transformer_block(name, block):
    yield from _dense(f"{name}.attention.q_proj", block.attention.query)
    yield from _dense(f"{name}.attention.k_proj", block.attention.key)
    yield from _dense(f"{name}.attention.v_proj", block.attention.value)
    yield from _dense(f"{name}.attention.out_proj", block.attention.output_projection)
    yield from _norm(f"{name}.layer_norm", block.attention_norm)
    yield from _dense(f"{name}.feed_forward.intermediate_dense", block.inner)
    yield from _dense(f"{name}.feed_forward.output_dense", block.outer)
    yield from _norm(f"{name}.final_layer_norm", block.output_norm)


def _dense(name, layer):
    yield Weight(f"{name}.weight", layer.kernel, "swapped")
    yield Weight(f"{name}.bias", layer.bias)


def _norm(name, layer):
    yield Weight(f"{name}.weight", layer.gamma)
    yield Weight(f"{name}.bias", layer.beta)
