"""Equation 9 and the kernel's rate against the kernel itself: its sum over neurons, finite differences, and runs."""

from itertools import pairwise

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.kernels.relu import relu_ntk
from core.kernels.relu_movement import kernel_rate, movement, neuron_kernels, preconditioners
from core.problems import teacher_student
from core.training import relu_flow

RATES = {"eta_a": 0.7, "eta_w": 1.9}


def network(seed=0, m=7, n=9, d=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, d)), rng.normal(size=m), rng.normal(size=(n, d)), rng.normal(size=n)


def gradient(W, a, X, y, slope):
    """The mean of squares' gradient, neuron by neuron and sample by sample."""
    to_W, to_a = np.zeros_like(W), np.zeros_like(a)
    for x, label in zip(X, y, strict=True):
        z = W @ x
        act = np.where(z >= 0, z, slope * z)
        error = 2 / len(X) * (a @ act - label)
        to_W += error * (a * np.where(z >= 0, 1, slope))[:, None] * x
        to_a += error * act
    return to_W, to_a


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_the_kernel_is_the_sum_of_its_neurons(slope):
    W, a, X, _ = network()
    parts = neuron_kernels(W, a, X, slope=slope, **RATES)
    np.testing.assert_allclose(parts.sum(axis=0), relu_ntk(W, a, X, slope=slope, **RATES), rtol=1e-12)
    M = preconditioners(W, a, **RATES)
    gate = np.where(X @ W.T >= 0, 1, slope)
    one = np.array([[gate[i, 2] * X[i] @ M[2] @ X[j] * gate[j, 2] for j in range(len(X))] for i in range(len(X))])
    np.testing.assert_allclose(parts[2], one, rtol=1e-12)


def test_the_preconditioner_moves_beta():
    W, a, X, y = network()
    to_W, to_a = gradient(W, a, X, y, 0.0)
    h = 1e-6
    after = (a - h * RATES["eta_a"] * to_a)[:, None] * (W - h * RATES["eta_w"] * to_W)
    gate = X @ W.T >= 0
    xi = 2 / len(X) * (gate * (np.maximum(X @ W.T, 0) @ a - y)[:, None]).T @ X
    expected = -np.einsum("kde,ke->kd", preconditioners(W, a, **RATES), xi)
    np.testing.assert_allclose((after - a[:, None] * W) / h, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("slope", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_the_rate_is_the_finite_difference_of_the_kernel(seed, slope):
    W, a, X, y = network(seed)
    to_W, to_a = gradient(W, a, X, y, slope)
    h = 1e-6
    ahead, behind = (
        relu_ntk(W - s * h * RATES["eta_w"] * to_W, a - s * h * RATES["eta_a"] * to_a, X, slope=slope, **RATES)
        for s in (1, -1)
    )
    found = kernel_rate(W, a, X, y, slope=slope, **RATES)
    np.testing.assert_allclose(found, (ahead - behind) / (2 * h), rtol=1e-5, atol=1e-6)


def test_the_rate_integrates_to_the_movement_along_a_run():
    task, W_0, a_0 = teacher_student._start(teacher_student.Problem(delta=0.0, tau=0.5))
    steps = list(range(0, 4001, 20))
    seen = list(relu_flow.integrate(W_0, a_0, task.X, task.y, rate=1e-4, checkpoints=steps, method="descent"))
    kernels = [relu_ntk(one.W, one.a, task.X) for one in seen]
    rates = [kernel_rate(one.W, one.a, task.X, task.y) for one in seen]
    smooth = [movement(one.W, one.a, two.W, two.a, task.X) for one, two in pairwise(seen)]
    for k, part in enumerate(smooth):
        predicted = 20e-4 * (rates[k] + rates[k + 1]) / 2 + part.flips
        change = kernels[k + 1] - kernels[k]
        assert np.linalg.norm(predicted - change) <= 0.05 * np.linalg.norm(change) + 1e-9


def test_weights_and_flips_are_the_whole_movement():
    W_0, a_0, X, _ = network(1)
    W, a, _, _ = network(2)
    parts = movement(W_0, a_0, W, a, X, slope=0.1, **RATES)
    change = relu_ntk(W, a, X, slope=0.1, **RATES) - relu_ntk(W_0, a_0, X, slope=0.1, **RATES)
    np.testing.assert_allclose(parts.weights + parts.flips, change, rtol=1e-10, atol=1e-12)


def test_without_flips_only_weights_move_it_and_turning_by_flips_alone_moves_it_too():
    W, a, X, _ = network()
    assert np.abs(movement(W, a, 1.5 * W, 2 * a, X).flips).max() == 0
    frozen = movement(W, a, -W, a, X, eta_a=0.0)
    assert np.abs(frozen.weights).max() == 0 and np.abs(frozen.flips).max() > 0.1


@pytest.mark.parametrize("field, wrong", [("W", np.nan), ("X", np.inf), ("a", [1.0]), ("y", [1.0])])
def test_what_does_not_fit_is_a_sentence(field, wrong):
    given = dict(zip(("W", "a", "X", "y"), network(), strict=True))
    given[field] = given[field] * wrong if np.isscalar(wrong) else wrong
    with pytest.raises(OutsideTheory):
        kernel_rate(**given)
