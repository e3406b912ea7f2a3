"""BASE and LARGE-LV60 at full size against transformers: minutes and gigabytes, so `heavy`."""

import gc

import numpy as np
import pytest
from safetensors.numpy import load_file

from keras_w2v2.interop import save_huggingface
from keras_w2v2.interop.weight_table import weights

pytestmark = pytest.mark.heavy

SIZES = {
    "base": {
        "conv_dim": [512] * 7,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
    },
    "large": {
        "conv_dim": [512] * 7,
        "hidden_size": 1024,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "intermediate_size": 4096,
        "codevector_dim": 768,
        "proj_codevector_dim": 768,
    },
}
SHARED = {
    "num_conv_pos_embeddings": 128,
    "num_conv_pos_embedding_groups": 16,
    "num_codevectors_per_group": 320,
    "num_negatives": 100,
}
COUNTS = {
    ("base", "PreTraining"): 95_044_608,
    ("base", "CTC"): 94_396_320,
    ("large", "PreTraining"): 317_390_592,
    ("large", "CTC"): 315_471_520,
}


@pytest.fixture(params=["base", "large"])
def full(request, peers):
    """Function (task, **config) -> the pair of models at full size."""

    def build(task, **config):
        sizes = {"codevector_dim": 256, "proj_codevector_dim": 256} | SIZES[request.param]
        pair = peers(task, request.param, **(sizes | SHARED | config))
        pair.layout = request.param
        return pair

    yield build
    gc.collect()


@pytest.fixture
def waveform():
    return np.random.default_rng(3).normal(0, 0.1, (1, 32_000)).astype("float32")


def test_logits_and_hidden_states_agree(full, waveform, relative_error):
    import torch

    pair = full("CTC")
    assert pair.ours.count_params() == COUNTS[pair.layout, "CTC"]
    inputs = {"waveform": waveform, "length": np.array([waveform.shape[1]])}
    with torch.no_grad():
        wanted = pair.theirs(torch.tensor(waveform), output_hidden_states=True)
    errors = [
        relative_error(ours, theirs)
        for ours, theirs in zip(
            pair.ours.backbone.hidden_states(inputs), wanted.hidden_states, strict=True
        )
    ]
    logits = relative_error(pair.ours(inputs), wanted.logits)
    print(f"{pair.layout}: logits {logits:.1e}, worst hidden state {max(errors):.1e}")
    assert max(logits, *errors) <= 1e-5


def test_losses_and_all_gradients_agree(full, waveform, gradient_errors, monkeypatch):
    import tensorflow as tf
    import torch
    from transformers.models.wav2vec2 import modeling_wav2vec2

    pair = full("PreTraining")
    assert pair.ours.count_params() == COUNTS[pair.layout, "PreTraining"]
    frames = pair.ours.backbone.frames.frames(waveform.shape[1])
    span_mask = np.zeros((1, frames), bool)
    span_mask[0, 5:45] = True
    np.random.seed(4)
    indices = modeling_wav2vec2._sample_negative_indices((1, frames), 100, span_mask)
    noise = np.random.default_rng(5).gumbel(size=(1, frames, 2, 320)).astype("float32")

    def gumbel_softmax(logits, tau, hard):
        noisy = logits + torch.tensor(noise).reshape(logits.shape)
        soft = torch.softmax(noisy / tau, -1)
        one_hot = torch.nn.functional.one_hot(noisy.argmax(-1), 320)
        return one_hot + (soft - soft.detach())

    monkeypatch.setattr(torch.nn.functional, "gumbel_softmax", gumbel_softmax)
    monkeypatch.setattr(pair.ours, "gumbel_noise", lambda features, seed, rows: noise)
    pair.theirs.train()
    wanted = pair.theirs(
        torch.tensor(waveform),
        mask_time_indices=torch.tensor(span_mask),
        sampled_negative_indices=torch.tensor(indices),
    )
    wanted.loss.backward()
    theirs = {name: p.grad.numpy() for name, p in pair.theirs.named_parameters()}
    with tf.GradientTape() as tape:
        found = pair.ours.compute_losses(
            {"waveform": waveform, "length": np.array([waveform.shape[1]])},
            span_mask=span_mask,
            distractors=indices,
            training=True,
        )
    table, masked = weights(pair.ours), span_mask.sum()
    gradients = tape.gradient(found["loss"], [w.variable.value for w in table])
    errors = gradient_errors(table, [g * masked for g in gradients], theirs)
    worst = max(errors, key=errors.get)
    for name in ("contrastive_loss", "diversity_loss"):
        print(f"{pair.layout}: {name} {float(found[name]) * masked / wanted[name].item() - 1:.1e}")
    print(f"{pair.layout}: worst gradient {errors[worst]:.1e}, {worst}")
    for name in ("contrastive_loss", "diversity_loss"):
        assert float(found[name]) * masked == pytest.approx(wanted[name].item(), rel=1e-5)
    assert errors[worst] <= 1e-4


def test_tensors_survive_the_round_trip(full, tmp_path):
    pair = full("PreTraining")
    save_huggingface(pair.ours, tmp_path / "again")
    before = load_file(pair.folder / "model.safetensors")
    after = load_file(tmp_path / "again" / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
