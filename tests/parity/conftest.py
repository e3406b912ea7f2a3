"""transformers' models beside ours, with the same random weights."""

from types import SimpleNamespace

import numpy as np
import pytest

SMALL = {
    "conv_dim": [24] * 7,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "num_codevectors_per_group": 20,
    "codevector_dim": 16,
    "proj_codevector_dim": 16,
    "num_negatives": 10,
}
UNDROPPED = {
    "hidden_dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
    "feat_proj_dropout": 0.0,
    "feat_quantizer_dropout": 0.0,
    "final_dropout": 0.0,
    "layerdrop": 0.0,
    # What transformers does not have, switched off.
    "keras_w2v2": {"feature_penalty_weight": 0.0, "feature_grad_mult": 1.0},
}
LAYOUTS = {
    "base": {"feat_extract_norm": "group", "do_stable_layer_norm": False, "conv_bias": False},
    "large": {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True},
}


@pytest.fixture
def peers(tmp_path):
    """Function (task, layout, **config) -> namespace of theirs, ours and the folder between."""
    torch = pytest.importorskip("torch", reason="parity needs the extra [peers]")
    transformers = pytest.importorskip("transformers", reason="parity needs the extra [peers]")

    def build(task, layout, **config):
        from keras_w2v2.interop import load_huggingface

        torch.manual_seed(11)
        config = transformers.Wav2Vec2Config(**(SMALL | UNDROPPED | LAYOUTS[layout] | config))
        theirs = getattr(transformers, f"Wav2Vec2For{task}")(config).eval()
        _disturb(theirs, torch)
        folder = tmp_path / f"{task}-{layout}"
        theirs.save_pretrained(folder)
        ours = load_huggingface(folder, normalize_waveform=False)
        return SimpleNamespace(theirs=theirs, ours=ours, folder=folder)

    return build


def _disturb(model, torch):
    """Norms and biases start at ones and zeros, where a mix-up would not show."""
    generator = torch.Generator().manual_seed(12)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1 and "masked_spec_embed" not in name:
                parameter += 0.1 * torch.randn(parameter.shape, generator=generator)


@pytest.fixture(scope="session")
def clips():
    """Two clips of 0.4 s and 0.27 s, padded to one array: (waveform [2, samples], length [2])."""
    length = np.array([6400, 4400], "int32")
    waveform = np.random.default_rng(13).normal(0, 0.1, (2, 6400)).astype("float32")
    waveform[1, 4400:] = 0.0
    return waveform, length


@pytest.fixture(scope="session")
def relative_error():
    """Function (found, wanted) -> largest absolute difference / largest absolute value."""

    def error(found, wanted):
        found = np.asarray(found)
        wanted = wanted.detach().numpy() if hasattr(wanted, "detach") else np.asarray(wanted)
        assert found.shape == wanted.shape
        return float(np.abs(found - wanted).max() / np.abs(wanted).max())

    return error


@pytest.fixture(scope="session")
def gradient_errors():
    """Function (weight table, our gradients, theirs by name) -> relative error by name."""

    def errors(table, ours, theirs):
        largest = max(float(np.abs(gradient).max()) for gradient in theirs.values())
        found = {}
        for weight, gradient in zip(table, ours, strict=True):
            other = theirs[weight.name]
            scale = float(np.abs(other).max())
            if weight.name.endswith("k_proj.bias"):
                # Softmax does not change when all its scores shift: this gradient is zero and
                # holds rounding alone, which must be small beside the others.
                scale = largest
            found[weight.name] = float(np.abs(weight.there(gradient) - other).max()) / scale
        return found

    return errors
