"""Multi-head self-attention over valid frames."""

import numpy as np
from harness import check_layer, relative_error

from keras_w2v2.layers.attention import SelfAttention

X = np.random.default_rng(0).normal(size=(2, 7, 8)).astype("float32")
VALID = np.arange(7) < np.array([[7], [4]])
BIAS = np.where(VALID, 0.0, -1e4).astype("float32")[:, None, None, :]


def _layer(**kwargs):
    return SelfAttention(2, name="attention", **kwargs)


def _drawn():
    layer = _layer()
    layer.build(X.shape)
    generator = np.random.default_rng(1)
    layer.set_weights([generator.normal(0, 0.5, w.shape) for w in layer.get_weights()])
    return layer


def _dense(layer, x):
    return x @ np.asarray(layer.kernel, "float64") + np.asarray(layer.bias, "float64")


def test_attention_is_the_softmax_of_scaled_products_over_valid_frames():
    layer = _drawn()
    for row, count in enumerate((7, 4)):
        x = X[row, :count].astype("float64")
        query, key, value = (_dense(d, x) for d in (layer.query, layer.key, layer.value))
        heads = []
        for head in (slice(0, 4), slice(4, 8)):
            scores = query[:, head] @ key[:, head].T / np.sqrt(4)
            weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            heads.append(weights @ value[:, head])
        wanted = _dense(layer.output_projection, np.concatenate(heads, axis=1))
        assert relative_error(layer(X, BIAS)[row, :count], wanted) < 1e-5


def test_invalid_frames_are_not_attended_to():
    layer, other = _drawn(), X.copy()
    other[1, 4:] = 100.0
    np.testing.assert_array_equal(layer(X, BIAS)[1, :4], layer(other, BIAS)[1, :4])


def test_a_row_without_a_valid_frame_stays_finite():
    assert np.isfinite(_drawn()(X, np.full_like(BIAS, -1e4))).all()


def test_attention_keeps_the_promises_of_a_layer(tmp_path):
    check_layer(lambda **kw: _layer(dropout=0.1, **kw), [X, BIAS], tmp_path)


def test_a_row_without_a_valid_frame_stays_finite_in_float16_too():
    layer = _layer(dtype="mixed_float16")
    assert np.isfinite(layer(X, np.full_like(BIAS, -1e4))).all()
