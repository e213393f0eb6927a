"""Theorems 4.1 and 4.2 against the kernel built from the weights, and where 4.2 stops holding."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.theory.wide_linear import split
from core.theory.wide_preconditioner import (
    assembled,
    isotropic_halves,
    isotropic_velocity,
    neuron_halves,
    preconditioner,
    preconditioner_terms,
)

RATES = {"eta_a": 0.6, "eta_w": 2.5}


def velocity(A, W, rho):
    """β' = Wᵀ' A + Wᵀ A' straight from the two layers' gradient flow."""
    return RATES["eta_w"] * rho @ A.T @ A + W.T @ (RATES["eta_a"] * W @ rho)


def test_the_kernel_moves_beta_as_the_layers_do():
    rng = np.random.default_rng(0)
    A, W, rho = rng.standard_normal((3, 2)), rng.standard_normal((3, 4)), rng.standard_normal((4, 2))
    moved = (preconditioner(A, W, **RATES) @ rho.ravel(order="F")).reshape(4, 2, order="F")
    np.testing.assert_allclose(moved, velocity(A, W, rho), rtol=1e-13)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_theorem_4_1_sums_to_the_kernel(scale):
    rng = np.random.default_rng(1)
    A, W = scale * rng.standard_normal((5, 3)), rng.standard_normal((5, 4)) / scale
    kernel = preconditioner(A, W, **RATES)
    terms = preconditioner_terms(A, W, **RATES)
    assert terms.shape == (5, 12, 12)
    np.testing.assert_allclose(terms.sum(axis=0), kernel, atol=1e-13 * np.abs(kernel).max())


def test_theorem_4_1_needs_a_neurons_map_and_delta_alone():
    rng = np.random.default_rng(7)
    A, W = rng.standard_normal((6, 5, 3)), rng.standard_normal((6, 5, 4))
    maps = W[..., :, None] * A[..., None, :]
    deltas = RATES["eta_w"] * np.sum(A**2, axis=-1) - RATES["eta_a"] * np.sum(W**2, axis=-1)
    terms = assembled(*neuron_halves(maps, deltas, **RATES))
    np.testing.assert_allclose(terms.sum(axis=1), preconditioner(A, W, **RATES), atol=1e-12)
    np.testing.assert_allclose(terms[2], preconditioner_terms(A[2], W[2], **RATES), atol=1e-12)
    with pytest.raises(OutsideTheory, match="rank one"):
        neuron_halves(np.eye(2), 1.0)


@pytest.mark.parametrize("shape, delta", [((4, 4, 4), 2.0), ((3, 3, 5), -4.0), ((4, 2, 3), 4.0), ((5, 3, 4), -4.0)])
def test_theorem_4_2_is_too_large_by_delta_on_what_no_neuron_reaches(shape, delta):
    d, h, c = shape
    rng = np.random.default_rng(3)
    beta = rng.standard_normal((d, min(shape))) @ rng.standard_normal((min(shape), c))
    A, W = split(beta, delta, h, **RATES)
    away = assembled(*isotropic_halves(beta, delta, **RATES)) - preconditioner(A, W, **RATES)
    reached = np.linalg.pinv(A) @ A if delta > 0 else np.linalg.pinv(W) @ W
    idle = np.eye(len(reached)) - reached
    expected = np.kron(idle, np.eye(d)) if delta > 0 else np.kron(np.eye(c), idle)
    np.testing.assert_allclose(away, abs(delta) * expected, atol=1e-11)


@pytest.mark.parametrize("shape, delta", [((5, 3, 3), 4.0), ((3, 3, 5), -4.0), ((4, 4, 4), 2.0), ((4, 2, 3), 0.0)])
def test_theorem_4_2_where_its_conditions_hold(shape, delta):
    d, h, c = shape
    rng = np.random.default_rng(2)
    beta = rng.standard_normal((d, min(shape))) @ rng.standard_normal((min(shape), c))
    A, W = split(beta, delta, h, **RATES)
    rho = rng.standard_normal((d, c))
    got = isotropic_velocity(beta, rho, delta, h, **RATES)
    np.testing.assert_allclose(got, velocity(A, W, rho), atol=1e-6 if delta == 0 else 1e-11)


@pytest.mark.parametrize("shape, delta", [((3, 2, 3), 4.0), ((3, 2, 3), -4.0), ((3, 3, 5), 4.0), ((5, 3, 3), -4.0)])
def test_theorem_4_2_refuses_where_it_would_be_wrong(shape, delta):
    d, h, c = shape
    with pytest.raises(OutsideTheory, match="Theorem 4"):
        isotropic_velocity(np.ones((d, c)), np.ones((d, c)), delta, h)


def test_a_neuron_without_weights_is_none():
    A, W = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[0.5, 1.0], [0.0, 0.0]])
    maps = W[:, :, None] * A[:, None, :]
    deltas = np.sum(A**2, axis=1) - np.sum(W**2, axis=1)
    for terms in (preconditioner_terms(A, W), assembled(*neuron_halves(maps, deltas))):
        np.testing.assert_allclose(terms[0], preconditioner(A, W), atol=1e-14)
        assert np.all(terms[1] == 0)


def test_a_neuron_without_a_function_has_no_term():
    with pytest.raises(OutsideTheory, match="k = 1"):
        preconditioner_terms([[1.0], [1.0]], [[1.0, 0.0], [0.0, 0.0]])


@pytest.mark.parametrize("function", [preconditioner, preconditioner_terms])
@pytest.mark.parametrize(
    "A, W", [(np.zeros((0, 1)), np.zeros((0, 1))), ([[np.nan]], [[1.0]]), (np.ones((2, 1)), [[1.0]])]
)
def test_bad_weights_get_a_sentence(function, A, W):
    with pytest.raises(OutsideTheory):
        function(A, W)
