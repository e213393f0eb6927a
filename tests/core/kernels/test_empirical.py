"""The empirical kernel against closed forms and one-gradient-at-a-time, for any memory bound."""

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.kernels import relu_ntk
from core.kernels.empirical import jacobian, ntk


def two_layers(parameters, x):
    return parameters["a"] @ torch.relu(parameters["W"] @ x)


@pytest.fixture
def network():
    random = np.random.default_rng(0)
    W, a, X = random.normal(size=(6, 3)), random.normal(size=6), random.normal(size=(5, 3))
    return {"W": torch.tensor(W), "a": torch.tensor(a)}, torch.tensor(X)


def test_two_layer_relu_kernel_is_the_closed_form(network):
    parameters, x = network
    expected = relu_ntk(parameters["W"].numpy(), parameters["a"].numpy(), x.numpy())
    np.testing.assert_allclose(ntk(two_layers, parameters, x).numpy(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("inputs_together", [1, 2, 5])
def test_kernel_does_not_depend_on_the_blocks(network, inputs_together):
    parameters, x = network
    memory = inputs_together * 4 * 3 * 24 * 8

    def three_outputs(p, one):
        return torch.stack([two_layers(p, one), p["a"].sum(), (p["W"] @ one).prod()])

    whole, blocks = ntk(three_outputs, parameters, x), ntk(three_outputs, parameters, x, memory=memory)
    torch.testing.assert_close(whole, blocks, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(whole, whole.T)


def test_jacobian_rows_are_plain_gradients(network):
    parameters, x = network

    def pair(p, one):
        return torch.stack([two_layers(p, one), 2 * (p["W"] @ one).sum()])

    rows = jacobian(pair, parameters, x)
    for i, one in enumerate(x):
        for c in range(2):
            leaves = {name: p.clone().requires_grad_(True) for name, p in parameters.items()}
            gradients = torch.autograd.grad(pair(leaves, one)[c], list(leaves.values()), allow_unused=True)
            flat = [torch.zeros_like(p) if g is None else g for g, p in zip(gradients, leaves.values(), strict=True)]
            torch.testing.assert_close(rows[2 * i + c], torch.cat([g.flatten() for g in flat]))


def test_bad_input_is_refused_in_a_sentence(network):
    parameters, x = network
    with pytest.raises(OutsideTheory, match="at least one input"):
        ntk(two_layers, parameters, x[:0])
    with pytest.raises(OutsideTheory, match="finite"):
        ntk(two_layers, {**parameters, "a": parameters["a"] * torch.nan}, x)
    with pytest.raises(OutsideTheory, match="memory"):
        ntk(two_layers, parameters, x, memory=100)
