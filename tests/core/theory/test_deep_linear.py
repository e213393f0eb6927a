"""Landing points of unbalanced chains against long integration; balance; the single neuron and Theorem B.10 as limits."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory
from core.theory.deep_linear import balance, chain_flow, interpolator, offsets


def landed(w_0, a_0, X, y, etas, end=3000.0):
    d = len(w_0)

    def velocity(_, state):
        w, a = state[:d], state[d:]
        rho = X.T @ (y - X @ (np.prod(a) * w))
        slopes = [etas[k + 1] * np.prod(np.delete(a, k)) * (w @ rho) for k in range(len(a))]
        return np.concatenate([etas[0] * np.prod(a) * rho, slopes])

    state = solve_ivp(velocity, (0, end), np.concatenate([w_0, a_0]), "LSODA", rtol=1e-11, atol=1e-13).y[:, -1]
    return np.prod(state[d:]) * state[:d]


@pytest.mark.parametrize("hidden", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(4))
def test_lands_where_gradient_flow_does(hidden, seed):
    rng = np.random.default_rng(10 * hidden + seed)
    d = int(rng.integers(2, 6))
    X, y = rng.standard_normal((int(rng.integers(1, d)), d)), None
    y = rng.standard_normal(len(X))
    w_0, a_0 = 0.9 * rng.standard_normal(d), rng.uniform(0.5, 2.5, hidden) * rng.choice([-1, 1], hidden)
    etas = np.exp(rng.uniform(-0.5, 0.5, hidden + 1))
    got = interpolator(w_0, a_0, X, y, etas=etas)
    np.testing.assert_allclose(X @ got, y, atol=1e-10)
    np.testing.assert_allclose(got, landed(w_0, a_0, X, y, etas), atol=2e-7)


@pytest.mark.parametrize(
    "delta, expected",
    [
        (-4, (1.551077, 0.324462)),
        (-2, (1.364444, 0.417778)),
        (-1, (1.188175, 0.505913)),
        (0, (0.943004, 0.628498)),
        (1, (0.803396, 0.698302)),
        (2, (0.765689, 0.717156)),
        (4, (0.747883, 0.726059)),
    ],
)
def test_one_hidden_layer_is_the_single_neuron_of_figure_4b(delta, expected):
    beta_0 = np.array([0.4, 0.05])
    a = np.sqrt((np.hypot(delta, 2 * np.linalg.norm(beta_0)) + delta) / 2)
    np.testing.assert_allclose(interpolator(beta_0 / a, [a], [[0.5, 1.0]], [1.1]), expected, atol=1e-6)


def test_limits_of_imbalance():
    """c → +∞ is linear regression (nearest point); a first layer far the largest keeps the direction of β_0."""
    X, y = np.array([[0.5, 1.0]]), np.array([1.1])
    beta_0 = np.array([0.4, 0.05])
    lazy = interpolator(beta_0 / 1e6, [1e3, 1e3], X, y)
    np.testing.assert_allclose(lazy, [0.74, 0.73], atol=1e-5)
    ray = interpolator(beta_0 / 1e-6, [1e-3, 1e-3], X, y)
    np.testing.assert_allclose(ray, [1.76, 0.22], atol=1e-5)


def test_a_sign_that_flips_is_followed():
    w_0, a_0, X, y = np.array([1.0, 0.2]), np.array([0.3, 0.4]), np.array([[1.0, 0.1]]), np.array([-2.0])
    etas = np.ones(3)
    got = interpolator(w_0, a_0, X, y)
    np.testing.assert_allclose(got, landed(w_0, a_0, X, y, etas), atol=1e-7)


def test_the_flow_keeps_its_offsets_and_arrives():
    w_0, a_0, X, y = np.array([0.3, 0.1]), np.array([0.5, 0.9]), np.array([[1.0, 0.4]]), np.array([1.5])
    w, a = chain_flow(w_0, a_0, X, y, np.linspace(0, 60, 30))
    kept = np.array([offsets(one, other) for one, other in zip(w, a, strict=True)])
    np.testing.assert_allclose(kept, np.broadcast_to(offsets(w_0, a_0), kept.shape), atol=1e-9)
    np.testing.assert_allclose(np.prod(a[-1]) * w[-1], interpolator(w_0, a_0, X, y), atol=1e-8)


def test_balance_is_kept_by_a_step_to_first_order():
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal(shape) for shape in ((4, 3), (5, 4), (2, 5))]
    etas, X, Y = [0.5, 1.0, 2.0], rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    before = balance(weights, etas=etas)
    error = X @ (weights[2] @ weights[1] @ weights[0]).T - Y
    slopes = [
        (weights[2] @ weights[1]).T @ error.T @ X,
        weights[2].T @ error.T @ (X @ weights[0].T),
        error.T @ (X @ (weights[1] @ weights[0]).T),
    ]
    drift = []
    for step in (1e-4, 1e-5):
        moved = [W - step * eta * slope for W, eta, slope in zip(weights, etas, slopes, strict=True)]
        drift.append(max(np.abs(x - y).max() for x, y in zip(balance(moved, etas=etas), before, strict=True)))
    assert drift[0] / drift[1] == pytest.approx(100, rel=0.01)


def test_no_signal_and_no_null_space():
    X = np.array([[1.0, 0.0]])
    np.testing.assert_allclose(interpolator([1.0, 2.0], [3.0], X, [0.0]), [0.0, 2 * np.sqrt(8 + 4 - 4)], atol=1e-8)
    np.testing.assert_allclose(interpolator([1.0, 2.0], [3.0, 3.0], np.eye(2), [1.0, -2.0]), [1.0, -2.0], atol=1e-12)
    np.testing.assert_allclose(interpolator([0.0, 0.0], [3.0], X, [1.0]), [1.0, 0.0], atol=1e-12)


GOOD = ([1.0, 0.5], [1.0, 1.0], [[1.0, 0.0]], [1.0])


@pytest.mark.parametrize(
    "change, words",
    [
        ({0: [np.nan, 1.0]}, "finite"),
        ({1: [np.inf, 1.0]}, "finite"),
        ({2: [[np.nan, 1.0]]}, "finite"),
        ({3: [1.0, 2.0]}, "same rows"),
        ({0: [1.0, 2.0, 3.0]}, "same inputs"),
        ({2: [[1.0, 0.0], [1.0, 0.0]], 3: [1.0, 2.0]}, "fit the data"),
        ({0: [0.0, 0.0], 1: [0.0, 0.0]}, "saddle"),
        ({0: []}, "non-empty"),
    ],
)
def test_what_has_no_landing_point_gets_a_sentence(change, words):
    with pytest.raises(OutsideTheory, match=words):
        interpolator(*[change.get(k, good) for k, good in enumerate(GOOD)])


@pytest.mark.parametrize("etas", [[1.0], [1.0, 1.0, 0.0], [1.0, np.nan, 1.0]])
def test_bad_rates_get_a_sentence(etas):
    with pytest.raises(OutsideTheory):
        interpolator(*GOOD, etas=etas)


def test_layers_that_do_not_chain_get_a_sentence():
    with pytest.raises(OutsideTheory, match="width"):
        balance([np.ones((2, 3)), np.ones((2, 3))])
