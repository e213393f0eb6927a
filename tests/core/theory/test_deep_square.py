"""Theorems B.8, B.9 and B.10 of square networks against automatic differentiation, integrated training and the chain."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory
from core.theory.deep_linear import balance, chain_flow, interpolator
from core.theory.deep_potential import penalty
from core.theory.deep_square import preconditioner, preconditioner_of, readout_norm, square_weights, squared_size

CASES = [(hidden, delta) for hidden in (0, 1, 2, 4) for delta in (0.0, -0.7, -3.0)]


def start(hidden, delta, d=3, seed=0):
    rng = np.random.default_rng(seed)
    turns = np.linalg.qr(rng.standard_normal((hidden, d, d)))[0] if hidden else None
    beta = rng.standard_normal(d)
    return beta, square_weights(beta, delta, hidden, turns=turns)


def mapped(layers):
    product = layers[0]
    for layer in layers[1:]:
        product = layer @ product
    return product[0]


@pytest.mark.parametrize("hidden, delta", CASES)
def test_starts_are_balanced_as_the_theorem_asks(hidden, delta):
    beta, layers = start(hidden, delta)
    np.testing.assert_allclose(mapped(layers), beta, atol=1e-12)
    for k, between in enumerate(balance(layers)):
        wanted = delta * np.eye(3) if k == hidden - 1 else np.zeros((3, 3))
        np.testing.assert_allclose(between, wanted, atol=1e-12)
    assert squared_size(layers[-1][0], delta, hidden) == pytest.approx(beta @ beta, rel=1e-12)
    assert readout_norm(np.linalg.norm(beta), delta, hidden) == pytest.approx(np.linalg.norm(layers[-1]), rel=1e-12)


@pytest.mark.parametrize("hidden, delta", CASES)
def test_the_preconditioner_is_that_of_automatic_differentiation(hidden, delta):
    beta, layers = start(hidden, delta)
    weights = tuple(torch.tensor(layer) for layer in layers)
    slopes = torch.autograd.functional.jacobian(lambda *parts: mapped(parts), weights)
    expected = sum(slope.flatten(1) @ slope.flatten(1).T for slope in slopes).numpy()
    np.testing.assert_allclose(preconditioner_of(layers), expected, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(preconditioner(beta, delta, hidden), expected, rtol=1e-11, atol=1e-11)


def test_any_deep_network_has_a_preconditioner():
    rng = np.random.default_rng(2)
    layers = [rng.standard_normal(shape) for shape in ((4, 3), (2, 4), (1, 2))]
    weights = tuple(map(torch.tensor, layers))
    slopes = torch.autograd.functional.jacobian(lambda *parts: mapped(parts), weights)
    expected = sum(slope.flatten(1) @ slope.flatten(1).T for slope in slopes).numpy()
    np.testing.assert_allclose(preconditioner_of(layers), expected, rtol=1e-11, atol=1e-11)


def trained(layers, X, y, times):
    """β [T,d] of the layers' gradient flow, by DOP853."""
    shapes = [layer.shape for layer in layers]
    cuts = np.cumsum([layer.size for layer in layers])[:-1]

    def parts(state):
        return [piece.reshape(shape) for piece, shape in zip(np.split(state, cuts), shapes, strict=True)]

    def velocity(_, state):
        layers = parts(state)
        pull = (y - X @ mapped(layers)) @ X
        before = [np.eye(len(pull))]
        for layer in layers[:-1]:
            before.append(layer @ before[-1])
        moves, after = [], np.ones((1, 1))
        for layer, first in zip(reversed(layers), reversed(before), strict=True):
            moves.append((after.T @ (first @ pull)[None]).ravel())
            after = after @ layer
        return np.concatenate(moves[::-1])

    flat = np.concatenate([layer.ravel() for layer in layers])
    run = solve_ivp(velocity, (0, times[-1]), flat, "DOP853", t_eval=times, rtol=1e-12, atol=1e-14)
    return np.stack([mapped(parts(state)) for state in run.y.T])


@pytest.mark.parametrize("hidden, delta", [(1, -0.7), (2, -0.5), (3, 0.0)])
def test_a_square_network_is_a_chain_of_neurons_seen_as_a_function(hidden, delta):
    beta, layers = start(hidden, delta, seed=4)
    X, y, times = np.array([[0.4, 0.9, -0.2]]), np.array([1.3]), np.linspace(0, 6, 7)
    size = float(readout_norm(np.linalg.norm(beta), delta, hidden))
    w_0, a_0 = size * beta / np.linalg.norm(beta), np.full(hidden, np.hypot(size, np.sqrt(-delta)))
    w, a = chain_flow(w_0, a_0, X, y, times)
    np.testing.assert_allclose(trained(layers, X, y, times), np.prod(a, axis=1)[:, None] * w, atol=1e-8)


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_a_balanced_square_network_ends_where_theorem_b_10_has_its_least(hidden):
    beta, layers = start(hidden, 0.0, seed=4)
    X, y = np.array([[0.4, 0.9, -0.2]]), np.array([1.3])
    end = trained(layers, X, y, np.array([0.0, 200.0]))[-1]
    size = float(readout_norm(np.linalg.norm(beta), 0.0, hidden))
    landing = interpolator(size * beta / np.linalg.norm(beta), np.full(hidden, size), X, y)
    np.testing.assert_allclose(end, landing, atol=1e-8)
    null = np.linalg.svd(X)[2][1:]
    others = end + np.random.default_rng(0).standard_normal((50, 2)) @ null * 0.1
    assert np.all(penalty(others, beta, hidden) > penalty(end, beta, hidden))


@pytest.mark.parametrize("function", [squared_size, preconditioner])
def test_upstream_square_networks_do_not_exist(function):
    with pytest.raises(OutsideTheory, match="δ ≤ 0"):
        function([1.0, 0.0], 0.5, 2)


def test_a_map_without_direction_has_no_preconditioner_and_no_start():
    for function in (preconditioner, square_weights):
        with pytest.raises(OutsideTheory, match="direction"):
            function([0.0, 0.0], -1.0, 2)


def test_layers_that_do_not_chain_get_a_sentence():
    for weights in ([np.eye(2), np.ones((1, 3))], [np.eye(2)], []):
        with pytest.raises(OutsideTheory):
            preconditioner_of(weights)
