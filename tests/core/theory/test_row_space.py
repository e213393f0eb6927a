"""The row space and the exact low-rank flow against an independent integrator."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory
from core.theory.row_space import exact_flow, row_space


def integrate(a_0, w_0, X, y, times, eta_a=1.0, eta_w=1.0):
    def flow(_, state):
        a, w = state[0], state[1:]
        force = X.T @ (y - X @ (a * w))
        return np.concatenate([[eta_a * w @ force], eta_w * a * force])

    found = solve_ivp(flow, (0, times[-1]), [a_0, *w_0], "DOP853", times, rtol=1e-11, atol=1e-13)
    return found.y[0], found.y[1:].T


def flat_data(draw, d, rank):
    rotation = np.linalg.qr(draw.normal(size=(d, d)))[0]
    return 1.7 * np.linalg.qr(draw.normal(size=(d + 1, rank)))[0] @ rotation[:rank], draw.normal(size=d + 1)


@pytest.mark.parametrize("d, rank", [(2, 1), (3, 1), (3, 2), (5, 3), (3, 3)])
def test_exact_flow_on_equal_curvatures(d, rank):
    draw = np.random.default_rng(10 * d + rank)
    times = np.linspace(0, 4, 9)
    for _ in range(8):
        X, y = flat_data(draw, d, rank)
        a_0, w_0 = draw.normal(), draw.normal(size=d)
        a, w = exact_flow(a_0, w_0, X, y, times, eta_a=0.4, eta_w=1.5)
        a_num, w_num = integrate(a_0, w_0, X, y, times, 0.4, 1.5)
        np.testing.assert_allclose(a, a_num, atol=1e-9)
        np.testing.assert_allclose(w, w_num, atol=1e-9)


def test_splits_space_into_seen_and_unseen():
    X, y = np.array([[0.5, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 3.0]]), np.array([1.0, 2.0, 6.0])
    seen = row_space(X, y)
    np.testing.assert_allclose(X @ seen.beta_star, y, atol=1e-14)
    np.testing.assert_allclose(np.sort(seen.curvatures), [6.25, 9.0])
    assert not seen.flat
    np.testing.assert_allclose(X @ seen.null(np.array([1.0, 2.0, 3.0])), 0, atol=1e-14)
    beta = np.array([0.3, -1.0, 0.2])
    whole = 0.5 * ((X @ beta - y) ** 2).sum() - 0.5 * ((X @ seen.beta_star - y) ** 2).sum()
    np.testing.assert_allclose(seen.excess_loss(beta), whole)


def test_leading_axes_broadcast():
    a, w = exact_flow(np.ones(4), np.ones((4, 2)), [[0.5, 1.0]], [1.1], [0.0, 1.0, 2.0])
    assert a.shape == (4, 3) and w.shape == (4, 3, 2)


BAD = {
    "unequal": lambda: exact_flow(1.0, [1.0, 1.0], [[1.0, 0.0], [0.0, 2.0]], [1.0, 1.0], [1.0]),
    "other d": lambda: exact_flow(1.0, [1.0, 1.0, 1.0], [[1.0, 0.0]], [1.0], [1.0]),
    "no data": lambda: row_space([[0.0, 0.0]], [1.0]),
    "other n": lambda: row_space([[1.0, 0.0]], [1.0, 2.0]),
    "nan": lambda: row_space([[np.nan, 0.0]], [1.0]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_sentence(case):
    with pytest.raises(OutsideTheory) as told:
        BAD[case]()
    assert told.value.do.endswith(".")
