"""Layers: kernels against autograd, rescaling leaves the function alone, conservation under small steps, bad input."""

import itertools

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.training.initialisation.layers import forward, imbalance, layer_kernels, make_layers, rescale

RNG = np.random.default_rng(3)


def network(sizes=(4, 7, 5, 2), biased=True, rates=None, slope=0.1):
    weights = [RNG.standard_normal((o, i)) for i, o in itertools.pairwise(sizes)]
    biases = [RNG.standard_normal(o) for o in sizes[1:]] if biased else None
    return make_layers(weights, biases, rates=rates, slope=slope)


def torch_output(weights, biases, X, slope):
    h = X
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        h = h @ w.T + (0 if b is None else b)
        if i < len(weights) - 1:
            h = torch.nn.functional.leaky_relu(h, slope)
    return h


@pytest.mark.parametrize("biased", [False, True])
def test_layer_kernels_are_those_of_autograd(biased):
    net = network(biased=biased, rates=(0.5, 2.0, 3.0))
    X = RNG.standard_normal((6, 4))
    weights = [torch.tensor(w, requires_grad=True) for w in net.weights]
    biases = [None if b is None else torch.tensor(b, requires_grad=True) for b in net.biases]
    out = torch_output(weights, biases, torch.tensor(X), net.slope)
    np.testing.assert_allclose(out.detach().numpy(), forward(net, X)[-1], rtol=1e-12)
    for index, block in enumerate(layer_kernels(net, X)):
        parameters = [p for p in (weights[index], biases[index]) if p is not None]
        rows = [
            torch.cat([g.ravel() for g in torch.autograd.grad(value, parameters, retain_graph=True)])
            for value in out.ravel()
        ]
        jacobian = torch.stack(rows).reshape(6, 2, -1).numpy()
        expected = net.rates[index] * np.einsum("ajp,bjp->ab", jacobian, jacobian)
        np.testing.assert_allclose(block, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("biased", [False, True])
def test_rescaling_with_product_one_keeps_the_function(biased):
    net = network(biased=biased)
    X = RNG.standard_normal((20, 4))
    np.testing.assert_allclose(forward(rescale(net, (0.2, 2.5, 2.0)), X)[-1], forward(net, X)[-1], rtol=1e-12)


@pytest.mark.parametrize("biased", [False, True])
def test_imbalance_is_conserved_by_the_flow_with_the_bias_counted(biased):
    net = network(biased=biased, rates=(0.5, 2.0, 1.0))
    X, y = torch.tensor(RNG.standard_normal((10, 4))), torch.tensor(RNG.standard_normal((10, 2)))
    start = imbalance(net)
    drifts = []
    for step in (2e-4, 1e-4):
        weights = [torch.tensor(w) for w in net.weights]
        biases = [None if b is None else torch.tensor(b) for b in net.biases]
        for _ in range(round(0.004 / step)):
            used = [p.requires_grad_() for p in weights] + [p.requires_grad_() for p in biases if p is not None]
            loss = 0.5 * (torch_output(weights, biases, X, net.slope) - y).square().sum()
            gradients = iter(torch.autograd.grad(loss, used))
            with torch.no_grad():
                weights = [w - step * r * next(gradients) for w, r in zip(weights, net.rates, strict=True)]
                biases = [
                    None if b is None else b - step * r * next(gradients)
                    for b, r in zip(biases, net.rates, strict=True)
                ]
        moved = make_layers(
            [w.numpy() for w in weights], [b if b is None else b.numpy() for b in biases], rates=net.rates
        )
        drifts.append(max(np.abs(a - b).max() for a, b in zip(imbalance(moved), start, strict=True)))
    assert drifts[1] < 0.65 * drifts[0]


@pytest.mark.parametrize(
    "weights, biases, words",
    [
        ([np.ones((2, 2))], None, "two layers"),
        ([np.ones((3, 2)), np.ones((1, 4))], None, "takes|take what"),
        ([np.ones((3, 2)), np.full((1, 3), np.nan)], None, "finite"),
        ([np.zeros((3, 2)), np.zeros((1, 3))], None, "zero"),
        ([np.full((3, 2), 1e170), np.ones((1, 3))], None, "overflow"),
        ([np.ones((3, 2, 1)), np.ones((1, 3))], None, "matrix"),
        ([np.ones((0, 2)), np.ones((1, 0))], None, "matrix"),
        ([np.array([["a"]]), np.ones((1, 1))], None, "real"),
        ([np.ones((3, 2)) * 1j, np.ones((1, 3))], None, "real"),
        ([np.ones((3, 2)), np.ones((1, 3))], [np.ones(2), None], "bias"),
    ],
)
def test_bad_networks_get_a_sentence(weights, biases, words):
    with pytest.raises(OutsideTheory, match=words):
        make_layers(weights, biases)


@pytest.mark.parametrize("rates", [(1.0,), (1.0, 0.0), (1.0, np.nan)])
def test_bad_rates_get_a_sentence(rates):
    with pytest.raises(OutsideTheory, match="rate"):
        make_layers([np.ones((3, 2)), np.ones((1, 3))], rates=rates)


@pytest.mark.parametrize("factors", [(1.0,), (0.0, 1.0), (np.inf, 1.0)])
def test_bad_factors_get_a_sentence(factors):
    with pytest.raises(OutsideTheory, match="factor"):
        rescale(make_layers([np.ones((3, 2)), np.ones((1, 3))]), factors)
