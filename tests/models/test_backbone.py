"""The backbone."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import LAYOUTS, SMALL, UNDROPPED, backbone, clips

from keras_w2v2 import Wav2Vec2Backbone


@pytest.mark.parametrize("layout", LAYOUTS)
def test_outputs_have_the_documented_shapes(layout):
    model = backbone(**LAYOUTS[layout])
    outputs = model(clips(1000, 700))
    frames = model.frames.frames(1000)
    shapes = {
        "hidden": (2, frames, 16),
        "features": (2, frames, 8),
        "raw_features": (2, frames, 8),
        "frame_mask": (2, frames),
    }
    assert {name: tuple(x.shape) for name, x in outputs.items()} == shapes
    assert model.compute_output_shape({"waveform": (2, 1000), "length": (2,)}) == shapes
    assert outputs["frame_mask"].dtype == tf.bool
    counts = np.asarray(outputs["frame_mask"]).sum(axis=1)
    np.testing.assert_array_equal(counts, [frames, model.frames.frames(700)])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_hidden_states_are_the_first_input_and_the_output_of_each_block(layout):
    model = backbone(**LAYOUTS[layout])
    states = model.hidden_states(clips(1000))
    assert len(states) == 3
    # In LARGE the last one stands before the final LayerNorm.
    last = model.encoder_norm(states[-1]) if layout == "large" else states[-1]
    np.testing.assert_array_equal(last, model(clips(1000))["hidden"])


def test_weights_exist_before_the_first_call():
    assert backbone().count_params() > 0


def test_masked_frames_take_the_mask_embedding():
    model = backbone(num_layers=1)
    frames = model.frames.frames(1000)
    everything = np.ones((1, frames), bool)
    one, other = (model(clips(1000, seed=s), span_mask=everything)["hidden"] for s in (0, 1))
    # With all frames masked the waveform leaves no trace.
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, model(clips(1000))["hidden"])
    np.testing.assert_array_equal(
        model(clips(1000), span_mask=~everything)["hidden"], model(clips(1000))["hidden"]
    )


def test_masking_leaves_the_features_alone():
    model = backbone()
    mask = np.ones((1, model.frames.frames(1000)), bool)
    found, wanted = model(clips(1000), span_mask=mask), model(clips(1000))
    np.testing.assert_array_equal(found["features"], wanted["features"])


def test_masked_channels_are_zero_after_the_span_mask():
    model = backbone(num_layers=1)
    channels = np.zeros((1, 16), bool)
    channels[0, 4:8] = True
    mask = np.ones((1, model.frames.frames(1000)), bool)
    found = model(clips(1000), span_mask=mask, channel_mask=channels)["hidden"]
    embedding = np.asarray(model.mask_embedding).copy()
    embedding[4:8] = 0
    model.mask_embedding.assign(embedding)
    np.testing.assert_array_equal(found, model(clips(1000), span_mask=mask)["hidden"])


def test_the_feature_encoder_gets_its_share_of_the_gradient():
    def gradients(mult):
        model = backbone(feature_grad_mult=mult, **UNDROPPED)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(clips(1000))["hidden"][..., :5]))
        variables = model.feature_encoder.trainable_variables + [model.feature_projection.kernel]
        return tape.gradient(loss, [v.value for v in variables])

    full, tenth = gradients(1.0), gradients(0.1)
    for one, other in zip(full[:-1], tenth[:-1], strict=True):
        np.testing.assert_allclose(other, 0.1 * one.numpy(), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(full[-1], tenth[-1], rtol=1e-5)


def test_a_config_rebuilds_the_backbone():
    model = backbone(**LAYOUTS["large"], dtype="mixed_bfloat16", name="other")
    twin = Wav2Vec2Backbone.from_config(model.get_config())
    assert twin.get_config() == model.get_config()
    assert [w.shape for w in twin.weights] == [w.shape for w in model.weights]
    assert twin.name == "other" and twin.compute_dtype == "bfloat16"


def test_a_keras_file_gives_the_backbone_back(tmp_path):
    model = backbone()
    model.save(tmp_path / "backbone.keras")
    loaded = keras.saving.load_model(tmp_path / "backbone.keras")
    for name, found in loaded(clips(1000, 600)).items():
        np.testing.assert_array_equal(found, model(clips(1000, 600))[name])


def test_mixed_precision_keeps_the_waveform_until_its_offset_is_gone():
    model, mixed = backbone(), backbone(dtype="mixed_bfloat16")
    mixed.set_weights(model.get_weights())
    batch = clips(1000)
    batch["waveform"] = batch["waveform"] * np.float32(0.1) + np.float32(0.3)
    found, wanted = mixed(batch)["raw_features"], model(batch)["raw_features"]
    assert found.dtype == tf.bfloat16
    # Rounding an offset of 0.3 to bfloat16 would leave errors of 0.001 in a signal of 0.01.
    error = np.abs(np.asarray(tf.cast(found, "float32")) - wanted).max()
    assert error < 0.02 * np.abs(wanted).max()


def test_a_graph_of_unknown_sizes_computes_the_same():
    model = backbone()
    signature = {
        "waveform": tf.TensorSpec([None, None], "float32"),
        "length": tf.TensorSpec([None], "int32"),
    }
    graph = tf.function(model.call, input_signature=[signature])
    found, wanted = graph(clips(1000, 700))["hidden"], model(clips(1000, 700))["hidden"]
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_presets_take_overrides_of_every_setting():
    model = Wav2Vec2Backbone.from_preset("wav2vec2_tiny", **SMALL, name="mine")
    assert model.name == "mine"
    config = model.get_config()
    assert {name: config[name] for name in SMALL} == SMALL
