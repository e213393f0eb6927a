"""Trained linear networks against DOP853, the exact wide flow, autograd and their own invariants."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory, Refusal
from core.theory.deep_linear import balance, interpolator
from core.theory.wide_linear import exact_flow, split
from core.training.linear_network import gradient_descent, gradient_flow, stable_rate_bound


def network(rng, *sizes, runs=(), size=0.7):
    return [size * rng.standard_normal((*runs, up, down)) for down, up in pairwise(sizes)]


def test_flow_agrees_with_an_independent_integrator():
    rng = np.random.default_rng(0)
    weights, X, Y = network(rng, 3, 4, 2, 2), rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    etas, shapes = [0.5, 1.0, 2.0], [W.shape for W in weights]

    def velocity(_, state):
        parts = np.split(state, np.cumsum([np.prod(s) for s in shapes])[:-1])
        one, two, three = (torch.tensor(p.reshape(s), requires_grad=True) for p, s in zip(parts, shapes, strict=True))
        loss = ((torch.tensor(X) @ (three @ two @ one).T - torch.tensor(Y)) ** 2).sum() / 2
        slopes = torch.autograd.grad(loss, (one, two, three))
        return np.concatenate([-eta * g.numpy().ravel() for eta, g in zip(etas, slopes, strict=True)])

    times = np.array([0.0, 0.5, 1.0])
    start = np.concatenate([W.ravel() for W in weights])
    expected = solve_ivp(velocity, (0, 1), start, "DOP853", t_eval=times, rtol=1e-12, atol=1e-13).y.T
    run = list(gradient_flow(weights, X, Y, times, etas=etas))
    got = np.stack([np.concatenate([W.ravel() for W in shot.weights]) for shot in run])
    np.testing.assert_allclose(got, expected, atol=1e-9)
    assert [shot.time for shot in run] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("shape, delta", [((5, 3, 4), 5.0), ((5, 3, 4), -5.0), ((3, 6, 4), 0.0)])
def test_flow_agrees_with_the_exact_wide_solution(shape, delta):
    d, h, c = shape
    rng = np.random.default_rng(1)
    rank = min(shape)
    A, W = split(0.3 * rng.standard_normal((d, rank)) @ rng.standard_normal((rank, c)), delta, h, eta_a=0.5, eta_w=2.0)
    beta_star, times = rng.standard_normal((d, c)), np.linspace(0, 4, 9)
    run = list(gradient_flow([W, A.T], np.eye(d), beta_star, times, etas=[2.0, 0.5]))
    got, expected = np.stack([shot.beta for shot in run]), exact_flow(A, W, beta_star, times, eta_a=0.5, eta_w=2.0)
    np.testing.assert_allclose(got, expected, atol=1e-8 * np.abs(expected).max())


def test_runs_are_independent():
    rng = np.random.default_rng(2)
    weights = network(rng, 3, 2, 2, runs=(2, 3))
    X, Y = rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
    together = list(gradient_flow(weights, X, Y, [1.0]))[-1]
    alone = list(gradient_flow([W[1, 2] for W in weights], X, Y, [1.0]))[-1]
    assert together.beta.shape == (2, 3, 3, 2) and together.loss.shape == (2, 3)
    np.testing.assert_allclose(together.beta[1, 2], alone.beta, atol=1e-12)


def test_descent_is_flow_for_small_steps_and_balance_drifts_in_second_order():
    rng = np.random.default_rng(3)
    weights, X, Y = network(rng, 3, 4, 2), rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
    flow = list(gradient_flow(weights, X, Y, [0.5]))[-1]
    gaps, drifts = [], []
    for steps in (500, 1000):
        end = list(gradient_descent(weights, X, Y, rate=0.5 / steps, checkpoints=[steps]))[-1]
        gaps.append(np.abs(end.beta - flow.beta).max())
        drifts.append(np.abs(balance(end.weights)[0] - balance(weights)[0]).max())
    assert gaps[0] / gaps[1] == pytest.approx(2, rel=0.1) and drifts[0] / drifts[1] == pytest.approx(2, rel=0.1)
    assert np.abs(balance(flow.weights)[0] - balance(weights)[0]).max() < 1e-8


@pytest.mark.parametrize("hidden", [1, 3, 7])
def test_chains_land_where_theory_says(hidden):
    w_0, X, y = np.array([0.8, 0.3, -0.5]), np.array([[0.5, 1.0, 0.2]]), np.array([[1.1]])
    a_0 = np.linspace(0.8, 1.2, hidden)
    weights = [w_0[None, :], *a_0[:, None, None]]
    end = list(gradient_flow(weights, X, y, [60.0]))[-1]
    np.testing.assert_allclose(end.beta[:, 0], interpolator(w_0, a_0, X, y[0]), atol=1e-7)


def test_the_stable_rate_bound_bounds_the_kernel_and_larger_steps_diverge():
    rng = np.random.default_rng(4)
    weights, X, Y = network(rng, 3, 3, 2), rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    A, W = weights[1].T, weights[0]
    kernel = np.kron(A.T @ A, X @ X.T) + np.kron(np.eye(2), X @ W.T @ W @ X.T)
    rate = stable_rate_bound(weights, X)
    assert rate <= 2 / np.linalg.eigvalsh(kernel)[-1] * (1 + 1e-12)
    fine = list(gradient_descent(weights, X, Y, rate=0.25 * rate, checkpoints=[200]))[-1]
    lost = list(gradient_descent(weights, X, Y, rate=20 * rate, checkpoints=[0, 200]))
    assert np.isfinite(fine.loss) and np.isfinite(lost[0].loss) and np.isnan(lost[1].loss)


def test_too_stiff_a_flow_stops_with_a_sentence():
    run = gradient_flow([np.full((1, 1), 30.0), np.full((1, 1), 30.0)], np.eye(1), np.eye(1), [0.0, 1e3], most=50)
    with pytest.raises(OutsideTheory, match="50 steps"):
        list(run)


ONE = [np.ones((2, 3)), np.ones((1, 2))]
X1, Y1 = np.ones((4, 3)), np.ones((4, 1))


@pytest.mark.parametrize(
    "call",
    [
        lambda: gradient_flow([], X1, Y1, [1.0]),
        lambda: gradient_flow([np.ones((2, 3)), np.ones((1, 3))], X1, Y1, [1.0]),
        lambda: gradient_flow([np.ones((2, 0))], X1, Y1, [1.0]),
        lambda: gradient_flow(ONE, X1[:, :2], Y1, [1.0]),
        lambda: gradient_flow(ONE, X1, Y1[:2], [1.0]),
        lambda: gradient_flow(ONE, X1, np.ones((4, 2)), [1.0]),
        lambda: gradient_flow(ONE, X1 * np.nan, Y1, [1.0]),
        lambda: gradient_flow(ONE, X1, Y1, [2.0, 1.0]),
        lambda: gradient_flow(ONE, X1, Y1, [np.inf]),
        lambda: gradient_flow(ONE, X1, Y1, [1.0], etas=[1.0, -1.0]),
        lambda: gradient_flow(ONE, X1, Y1, [1.0], device="tpu"),
        lambda: gradient_descent(ONE, X1, Y1, rate=0.0, checkpoints=[1]),
        lambda: gradient_descent(ONE, X1, Y1, rate=0.1, checkpoints=[]),
        lambda: gradient_descent(ONE, X1, Y1, rate=0.1, checkpoints=[10**6]),
    ],
)
def test_bad_input_gets_a_sentence(call):
    with pytest.raises(Refusal):
        call()
