"""Pre-training losses and gradients against transformers, given the same mask and draws."""

import numpy as np
import pytest

from keras_w2v2.interop.weight_table import weights


@pytest.fixture
def draws(clips):
    """The same span mask, distractors and Gumbel noise for both, within the valid frames."""
    torch = pytest.importorskip("torch", reason="parity needs the extra [peers]")
    pytest.importorskip("transformers", reason="parity needs the extra [peers]")
    from transformers.models.wav2vec2 import modeling_wav2vec2 as theirs

    from keras_w2v2 import FrameArithmetic

    arithmetic = FrameArithmetic((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
    frames = arithmetic.frames(clips[0].shape[1])
    np.random.seed(14)
    span_mask = np.zeros((2, frames), bool)
    span_mask[0, 2:12], span_mask[1, 1:9] = True, True
    indices = theirs._sample_negative_indices((2, frames), 10, span_mask)
    noise = np.random.default_rng(15).gumbel(size=(2, frames, 2, 20)).astype("float32")
    return {
        "span_mask": span_mask,
        "theirs": {
            "mask_time_indices": torch.tensor(span_mask),
            "sampled_negative_indices": torch.tensor(indices),
        },
        "distractors": (indices - np.arange(2)[:, None, None] * frames) * span_mask[..., None],
        "noise": noise,
    }


@pytest.fixture
def same_noise(draws, monkeypatch):
    """Function (ours): both models sample codes with the fixed noise."""

    def fix(ours):
        import torch

        def gumbel_softmax(logits, tau, hard):
            noisy = logits + torch.tensor(draws["noise"]).reshape(logits.shape)
            soft = torch.softmax(noisy / tau, -1)
            one_hot = torch.nn.functional.one_hot(noisy.argmax(-1), logits.shape[-1])
            # torch's own hard - soft.detach() + soft is one only up to rounding, which hides
            # from transformers that two frames chose the same code.
            return one_hot + (soft - soft.detach())

        monkeypatch.setattr(torch.nn.functional, "gumbel_softmax", gumbel_softmax)
        monkeypatch.setattr(ours, "gumbel_noise", lambda features, seed, rows: draws["noise"])

    return fix


def _attention(layout, clips):
    """transformers takes a mask for LARGE alone; BASE sees the batch as if it were not padded."""
    import torch

    waveform, length = clips
    if layout == "base":
        return {}, np.full(2, waveform.shape[1], "int32")
    mask = torch.tensor(np.arange(waveform.shape[1]) < length[:, None]).long()
    return {"attention_mask": mask}, length


@pytest.mark.parametrize("layout", ["base", "large"])
def test_losses_and_all_gradients_agree_in_training(
    peers, layout, clips, draws, same_noise, gradient_errors
):
    import tensorflow as tf
    import torch

    pair = peers("PreTraining", layout)
    same_noise(pair.ours)
    extra, length = _attention(layout, clips)
    pair.theirs.train()
    wanted = pair.theirs(torch.tensor(clips[0]), **extra, **draws["theirs"])
    wanted.loss.backward()
    masked = draws["span_mask"].sum()
    with tf.GradientTape() as tape:
        found = pair.ours.compute_losses(
            {"waveform": clips[0], "length": length},
            span_mask=draws["span_mask"],
            distractors=draws["distractors"],
            training=True,
        )
    table = weights(pair.ours)
    # transformers sums over masked frames, ours are means.
    gradients = tape.gradient(found["loss"], [w.variable.value for w in table])
    for name in ("contrastive_loss", "diversity_loss", "loss"):
        assert float(found[name]) * masked == pytest.approx(wanted[name].item(), rel=1e-5), name
    theirs = dict(pair.theirs.named_parameters())
    assert theirs.keys() == {w.name for w in table}
    errors = gradient_errors(
        table, [g * masked for g in gradients], {n: p.grad.numpy() for n, p in theirs.items()}
    )
    assert {name: error for name, error in errors.items() if error > 1e-4} == {}


@pytest.mark.parametrize("layout", ["base", "large"])
def test_the_contrastive_loss_agrees_in_evaluation(peers, layout, clips, draws):
    import torch

    pair = peers("PreTraining", layout)
    extra, length = _attention(layout, clips)
    with torch.no_grad():
        wanted = pair.theirs(torch.tensor(clips[0]), **extra, **draws["theirs"])
    found = pair.ours.compute_losses(
        {"waveform": clips[0], "length": length},
        span_mask=draws["span_mask"],
        distractors=draws["distractors"],
    )
    masked = draws["span_mask"].sum()
    assert float(found["contrastive_loss"]) * masked == pytest.approx(
        wanted.contrastive_loss.item(), rel=1e-5
    )
    # transformers counts hard codes in evaluation; ours reports them as the code perplexity.
    assert float(found["code_perplexity"]) == pytest.approx(
        wanted.codevector_perplexity.item(), rel=1e-5
    )
