"""Implicit bias: landings against long integrations, the optimality conditions, published points, limits, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory
from core.theory import implicit_bias
from core.theory.implicit_bias import ends, interpolator, landing, mirror, objective, potential, row_space
from core.theory.single_neuron import relative_scale, split

FIGURE_4B = {
    -4: (1.551077, 0.324462),
    -2: (1.364444, 0.417778),
    -1: (1.188175, 0.505913),
    0: (0.943004, 0.628498),
    1: (0.803396, 0.698302),
    2: (0.765689, 0.717156),
    4: (0.747883, 0.726059),
}
ONE_DATUM = ([[0.5, 1.0]], [1.1])


@pytest.mark.parametrize("delta", FIGURE_4B)
def test_the_black_dots_of_figure_4b(delta):
    a_0, w_0 = split([0.4, 0.05], delta)
    np.testing.assert_allclose(interpolator(a_0, w_0, *ONE_DATUM), FIGURE_4B[delta], atol=6e-7)


def test_the_two_ends_of_figure_4b():
    fast, slow = ends([0.4, 0.05], *ONE_DATUM)
    np.testing.assert_allclose([fast, slow], [[0.74, 0.73], [1.76, 0.22]], rtol=1e-12)
    for delta, end in ((1e7, fast), (-1e7, slow)):
        np.testing.assert_allclose(interpolator(*split([0.4, 0.05], delta), *ONE_DATUM), end, atol=1e-6)


def flow_to_the_end(a_0, w_0, X, y, eta_a, eta_w):
    def flow(_, state):
        a, w = state[0], state[1:]
        force = X.T @ (y - X @ (a * w))
        return np.concatenate([[eta_a * w @ force], eta_w * a * force])

    def jacobian(_, state):
        a, w = state[0], state[1:]
        force, H = X.T @ (y - X @ (a * w)), X.T @ X
        across = force - a * (H @ w)
        top = np.concatenate([[-eta_a * w @ H @ w], eta_a * across])
        return np.vstack([top, np.column_stack([eta_w * across, -eta_w * a * a * H])])

    found = solve_ivp(flow, (0, 1e7), [a_0, *w_0], "LSODA", rtol=1e-11, atol=1e-13, jac=jacobian)
    return found.y[0], found.y[1:, -1]


@pytest.mark.parametrize("d, n", [(2, 1), (3, 1), (3, 2), (5, 2), (5, 4), (2, 3)])
def test_lands_where_a_long_integration_lands(d, n):
    """General data, rates, signs and δ; the reported crossing and optimality conditions hold too."""
    draw = np.random.default_rng(100 * d + n)
    for _ in range(12):
        X, y = draw.normal(size=(n, d)), draw.normal(size=n)
        a_0, w_0 = draw.normal(), draw.normal(size=d) * draw.choice([0.3, 1.0, 2.0])
        eta_a, eta_w = np.exp(draw.uniform(-0.7, 0.7, 2))
        found = landing(a_0, w_0, X, y, eta_a=eta_a, eta_w=eta_w)
        a, w = flow_to_the_end(a_0, w_0, X, y, eta_a, eta_w)
        np.testing.assert_allclose(found.a, a[-1], atol=1e-7)
        np.testing.assert_allclose(found.beta, a[-1] * w, atol=1e-7)
        assert found.crosses_zero == (a[0] * a[-1] < 0)
        delta = relative_scale(a_0, w_0, eta_a=eta_a, eta_w=eta_w)
        slope = mirror(found.beta, delta, eta_a=eta_a, eta_w=eta_w) - found.branch * np.sqrt(2 * eta_a) * w_0
        np.testing.assert_allclose(row_space(X, y).null(slope), 0, atol=1e-11)


def test_every_rule_that_can_decide_the_branch_is_used_and_right():
    draw, rules, crossings = np.random.default_rng(0), set(), 0
    for k in range(60):
        d = 2 + k % 2
        X = draw.normal(size=(2, d)) if k % 3 else draw.normal(size=(1, d))
        y, a_0, w_0 = draw.normal(size=len(X)), draw.normal(), draw.normal(size=d) * (1 + k % 2)
        found = landing(a_0, w_0, X, y)
        a, _ = flow_to_the_end(a_0, w_0, X, y, 1.0, 1.0)
        assert found.branch == np.sign(a[-1])
        rules.add(found.rule)
        crossings += found.crosses_zero
    assert rules == set(implicit_bias.RULES) and crossings > 3


def test_no_other_solution_has_a_smaller_objective():
    draw = np.random.default_rng(4)
    for k in range(20):
        X, y = draw.normal(size=(2, 4)), draw.normal(size=2)
        a_0, w_0 = draw.normal(), draw.normal(size=4)
        found, delta = landing(a_0, w_0, X, y), relative_scale(a_0, w_0)
        others = found.beta + 10.0 ** (-(k % 4)) * row_space(X, y).null(draw.normal(size=(200, 4)))
        least = objective(found.beta, w_0, delta, branch=found.branch)
        assert (objective(others, w_0, delta, branch=found.branch) >= least - 1e-13).all()


def test_whitened_data_have_one_solution():
    np.testing.assert_allclose(interpolator(1.0, [-1.0, 0.0], np.eye(2), [0.0, 1.0]), [0, 1], atol=1e-15)


@pytest.mark.parametrize("delta", [-3.0, -1e-3, 0.0, 1e-3, 3.0])
def test_mirror_is_the_slope_of_the_potential_and_the_first_layer(delta):
    rates, beta = {"eta_a": 0.7, "eta_w": 1.9}, np.array([0.3, -0.8, 0.1])
    step = 1e-5 * np.eye(3)
    slope = (potential(beta + step, delta, **rates) - potential(beta - step, delta, **rates)) / 2e-5
    np.testing.assert_allclose(mirror(beta, delta, **rates), slope, rtol=1e-7)
    _, w = split(beta, delta, sign=-1, **rates)
    np.testing.assert_allclose(mirror(beta, delta, **rates), -np.sqrt(2 * 0.7) * w, rtol=1e-13)


def test_potential_is_the_papers_at_unit_rates():
    beta, delta = np.array([[0.3, -0.4], [0.0, 0.0], [2.0, 1.0]]), np.array([[-2.0], [0.0], [5.0]])
    kappa = np.sqrt(delta**2 + 4 * (beta**2).sum(-1))
    expected = (kappa - 2 * delta) * np.sqrt(kappa + delta) / 3
    np.testing.assert_allclose(potential(beta, delta), expected, rtol=1e-12, atol=1e-15)


def test_potential_and_mirror_at_zero():
    assert np.isnan(mirror([0.0, 0.0], -1.0)).all()
    assert not mirror([0.0, 0.0], [0.0, 2.0]).any()
    np.testing.assert_allclose(potential([0.0, 0.0], [-2.0, 0.0, 2.0]), [0, 0, -4 / 3], atol=1e-15)


@given(delta=st.floats(-1e6, 1e6), size=st.floats(0, 1e6), turn=st.floats(0, 7), a_0=st.floats(-10, 10))
@settings(max_examples=200, deadline=None)
def test_any_scale_gives_finite_numbers_or_a_sentence(delta, size, turn, a_0):
    beta = size * np.array([np.cos(turn), np.sin(turn)])
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(potential(beta, delta))
        try:
            assert np.isfinite(interpolator(a_0, beta, *ONE_DATUM)).all()
        except OutsideTheory as told:
            assert "separatrix" in str(told)


def test_an_end_that_does_not_exist_is_nan():
    fast, slow = ends([1.0, -0.5], *ONE_DATUM)
    assert np.isnan(slow).all() and np.isfinite(fast).all()


BAD = {
    "on the separatrix": lambda: interpolator(0.0, [1.0, -0.5], *ONE_DATUM),
    "at the origin": lambda: interpolator(0.0, [0.0, 0.0], *ONE_DATUM),
    "other d": lambda: interpolator(1.0, [1.0], *ONE_DATUM),
    "batch": lambda: interpolator(np.ones(2), np.ones((2, 2)), *ONE_DATUM),
    "nan": lambda: potential([np.nan], 1.0),
    "rate": lambda: potential([1.0], 1.0, eta_a=0.0),
    "ends in other d": lambda: ends([1.0], *ONE_DATUM),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_sentence(case):
    with pytest.raises(OutsideTheory) as told:
        BAD[case]()
    assert told.value.do.endswith(".")
