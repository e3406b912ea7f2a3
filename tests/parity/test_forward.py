"""Logits and hidden states against transformers, float32, random weights."""

import numpy as np
import pytest

LIMIT = 1e-5


@pytest.fixture(params=["base", "large"])
def layout(request):
    return request.param


def test_every_hidden_state_agrees(peers, layout, clips, relative_error):
    import torch

    pair = peers("PreTraining", layout)
    waveform = clips[0][:1]
    inputs = {"waveform": waveform, "length": np.array([waveform.shape[1]])}
    with torch.no_grad():
        wanted = pair.theirs.wav2vec2(torch.tensor(waveform), output_hidden_states=True)
    found = pair.ours.backbone.hidden_states(inputs)
    assert len(found) == len(wanted.hidden_states) == 4
    for i, (ours, theirs) in enumerate(zip(found, wanted.hidden_states, strict=True)):
        assert relative_error(ours, theirs) <= LIMIT, f"hidden state {i}"
    outputs = pair.ours.backbone(inputs)
    assert relative_error(outputs["hidden"], wanted.last_hidden_state) <= LIMIT
    assert relative_error(outputs["features"], wanted.extract_features) <= LIMIT


def test_logits_agree(peers, layout, clips, relative_error):
    import torch

    pair = peers("CTC", layout)
    waveform = clips[0][:1]
    with torch.no_grad():
        wanted = pair.theirs(torch.tensor(waveform)).logits
    found = pair.ours({"waveform": waveform, "length": np.array([waveform.shape[1]])})
    assert relative_error(found, wanted) <= LIMIT


def test_a_padded_batch_agrees_where_transformers_takes_a_mask(peers, clips, relative_error):
    import torch

    pair = peers("CTC", "large")
    waveform, length = clips
    mask = torch.tensor(np.arange(waveform.shape[1]) < length[:, None]).long()
    with torch.no_grad():
        wanted = pair.theirs(torch.tensor(waveform), attention_mask=mask, output_hidden_states=True)
    inputs = {"waveform": waveform, "length": length}
    states, logits = pair.ours.backbone.hidden_states(inputs), pair.ours(inputs)
    for row, frames in enumerate(pair.ours.backbone.frames.frames(length)):
        assert relative_error(logits[row, :frames], wanted.logits[row, :frames]) <= LIMIT
        for ours, theirs in zip(states, wanted.hidden_states, strict=True):
            assert relative_error(ours[row, :frames], theirs[row, :frames]) <= LIMIT


def test_normalization_agrees_with_the_feature_extractor(peers, clips, relative_error):
    import torch
    from transformers import Wav2Vec2FeatureExtractor

    from keras_w2v2.interop import load_huggingface

    pair = peers("CTC", "large")
    ours = load_huggingface(pair.folder, normalize_waveform=True)
    waveform, length = clips
    extract = Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True)
    whole = [clip[:n] for clip, n in zip(waveform, length, strict=True)]
    batch = extract(whole, sampling_rate=16000, padding=True, return_tensors="pt")
    with torch.no_grad():
        wanted = pair.theirs(**batch).logits
    found = ours({"waveform": waveform, "length": length})
    for row, frames in enumerate(ours.backbone.frames.frames(length)):
        assert relative_error(found[row, :frames], wanted[row, :frames]) <= LIMIT
