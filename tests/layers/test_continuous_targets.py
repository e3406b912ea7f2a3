"""Continuous targets: features as they are, and every frame a code of its own."""

import numpy as np
from harness import check_layer

from keras_w2v2.layers.continuous_targets import ContinuousTargets
from keras_w2v2.objectives.contrastive import pick_codes, same_codes

FEATURES = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")


def test_continuous_targets_keep_the_promises_of_a_layer(tmp_path):
    check_layer(ContinuousTargets, [FEATURES], tmp_path)


def test_a_target_is_the_feature_itself_and_there_are_no_weights():
    layer = ContinuousTargets()
    np.testing.assert_array_equal(layer(FEATURES)["quantized"], FEATURES)
    assert layer.weights == [] and layer.code_dim == 3


def test_only_the_same_frame_equals_a_frame():
    alike = np.ones((2, 5, 3), "float32")
    codes = ContinuousTargets()(alike)["codes"]
    everyone = np.broadcast_to(np.arange(5), (2, 5, 5))
    same = np.asarray(same_codes(codes, pick_codes(codes, everyone)))
    np.testing.assert_array_equal(same, np.broadcast_to(np.eye(5, dtype=bool), (2, 5, 5)))
    assert len(np.unique(codes)) == 10  # of two clips too
