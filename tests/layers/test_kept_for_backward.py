"""What the backward pass has to keep, as Keras on JAX tells it (XLA is TensorFlow's too)."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json
import jax
import jax.numpy as jnp
from keras_w2v2.layers import activation, backward_pass, strided_convolution
from keras_w2v2.layers.dot_product_attention import dot_product_attention

def dense(weights, x):
    for inner, outer in weights:
        x = x + activation.gelu(x @ inner) @ outer
    return (x * x).sum()

def encoder(kernels, x):
    for kernel in kernels:
        x = activation.gelu(strided_convolution.strided_convolution(x, kernel, 2))
    return (x * x).sum()

def memory(loss, *arguments):
    compiled = jax.jit(jax.grad(loss)).lower(*arguments).compile()
    return compiled.memory_analysis().temp_size_in_bytes

def memories(not_before):
    activation.not_before = strided_convolution.not_before = not_before
    pair = jnp.ones((64, 256)), jnp.ones((256, 64))
    kernels = [jnp.ones((3, 32, 32))] * 3
    return {
        "dense": memory(dense, [pair] * 8, jnp.ones((512, 64))),
        "encoder": memory(encoder, kernels, jnp.ones((2, 4001, 32))),
    }

def kept_by_attention():
    bias, mask = jnp.zeros((2, 1, 1, 50)), jnp.ones((2, 3, 50, 50), bool)
    attend = lambda *arrays: dot_product_attention(*arrays, bias, 0.1, mask)
    _, pull_back = jax.vjp(attend, *[jnp.ones((2, 3, 50, 4))] * 3)
    return [[*leaf.shape, str(leaf.dtype)] for leaf in jax.tree.leaves(pull_back)]

found = {"with": memories(backward_pass.not_before), "without": memories(lambda _, x: x)}
print(json.dumps(found | {"attention": kept_by_attention()}))
"""


@pytest.fixture(scope="module")
def found():
    pytest.importorskip("jax", reason="JAX alone tells what XLA keeps")
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, check=True, capture_output=True, text=True
    )
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.parametrize("network", ["dense", "encoder"])
def test_what_the_backward_pass_computes_is_not_kept_from_the_forward_pass(found, network):
    # Without the dependency XLA computes it early and keeps it beside the activations.
    assert found["with"][network] < 0.8 * found["without"][network]


def test_attention_keeps_the_softmax_and_the_mask_of_all_that_is_frames_by_frames(found):
    squares = [leaf for leaf in found["attention"] if leaf[:4] == [2, 3, 50, 50]]
    assert sorted(leaf[4] for leaf in squares) == ["bool", "float32"]
