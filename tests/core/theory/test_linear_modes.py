"""Aligned modes against DOP853, the matrix solution and published limits; the entropy against its second derivative."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from core.errors import OutsideTheory
from core.theory.linear_modes import dual_gain, hyperbolic_entropy, mode_flow, mode_time
from core.theory.wide_linear import exact_flow, split


@pytest.mark.parametrize("delta", [0.0, 1e-9, -0.5, 3.0, -40.0])
@pytest.mark.parametrize("start, target", [(0.01, 1.5), (2.0, 0.5), (-0.3, 1.0), (0.3, -1.0), (-0.2, -2.0)])
def test_agrees_with_an_independent_integrator(start, target, delta):
    product = 0.5 * 2.4
    times = np.linspace(0, 3, 7)

    def speed(_, s):
        return np.sqrt(delta**2 + 4 * product * s**2) * (target - s)

    expected = solve_ivp(speed, (0, 3), [start], "DOP853", t_eval=times, rtol=1e-12, atol=1e-14).y[0]
    got = mode_flow(start, target, delta, times, eta_a=0.5, eta_w=2.4)
    np.testing.assert_allclose(got, expected, atol=1e-9 if start * target < 0 else 1e-11)


def test_balanced_modes_follow_the_logistic_curve_of_saxe_2014():
    times = np.linspace(0, 20, 50)
    expected = 2.0 / (1 + (2.0 / 1e-4 - 1) * np.exp(-4.0 * times))
    np.testing.assert_allclose(mode_flow(1e-4, 2.0, 0.0, times), expected, rtol=1e-12)


def test_very_unbalanced_modes_relax_exponentially_at_rate_delta():
    times = np.linspace(0, 5e-4, 20)
    expected = 1 - 0.9 * np.exp(-1e4 * times)
    np.testing.assert_allclose(mode_flow(0.1, 1.0, -1e4, times), expected, rtol=1e-6)


@pytest.mark.parametrize("delta", [0.0, 2.0, -2.0])
def test_an_aligned_square_network_is_its_modes(delta):
    rng = np.random.default_rng(0)
    left, right = (np.linalg.qr(rng.standard_normal((4, 4)))[0] for _ in range(2))
    start, target = np.array([0.3, 0.2, 0.1, 0.05]), np.array([4.0, 2.0, 1.0, 0.5])
    A, W = split((left * start) @ right.T, delta, 4)
    times = np.linspace(0, 3, 5)
    beta = exact_flow(A, W, (left * target) @ right.T, times)
    modes = np.einsum("di,tdc,ci->it", left, beta, right)
    np.testing.assert_allclose(modes, mode_flow(start, target, delta, times), atol=1e-12)


@settings(deadline=None, max_examples=80)
@given(st.floats(-1e6, 1e6), st.floats(-5, 5), st.floats(0.01, 30), st.floats(0, 1e6))
def test_any_mode_is_finite_and_never_overshoots(delta, start, target, time):
    s = mode_flow(start, target, delta, [0.0, time])
    assert s[0] == pytest.approx(start, abs=1e-9)
    assert min(start, target) - 1e-9 <= s[1] <= max(start, target) + 1e-9


@pytest.mark.parametrize("delta", [0.0, 1.0, -30.0])
def test_the_learning_time_is_when_the_curve_gets_there(delta):
    start, target = np.array([1e-3, 0.1]), np.array([1.0, 3.0])
    wait = mode_time(start, target, delta, fraction=0.9, eta_a=2.0)
    reached = mode_flow(start, target, delta, wait, eta_a=2.0)
    np.testing.assert_allclose(np.diagonal(reached), 0.9 * target, rtol=1e-12)


def test_learning_times_at_the_ends():
    assert mode_time(0.8, 1.0, 0.0) == 0
    assert mode_time(0.0, 1.0, 0.0) == np.inf


@pytest.mark.parametrize("delta", [0.01, -1.0, 100.0])
def test_the_entropy_has_the_kernel_as_inverse_curvature(delta):
    x, step = np.linspace(-3, 3, 13), 1e-3
    curvature = (
        hyperbolic_entropy(x + step, delta) - 2 * hyperbolic_entropy(x, delta) + hyperbolic_entropy(x - step, delta)
    ) / step**2
    far = np.abs(x) > 0.1
    np.testing.assert_allclose(curvature[far], 1 / np.hypot(delta, 2 * x[far]), rtol=1e-4)


def test_the_entropy_runs_from_absolute_value_to_square():
    x = np.array([-2.0, -0.5, 0.5, 2.0])
    small = hyperbolic_entropy(x, 1e-20) / hyperbolic_entropy(1.0, 1e-20)
    np.testing.assert_allclose(small, np.abs(x), rtol=0.05)
    np.testing.assert_allclose(hyperbolic_entropy(x, 1e9), x**2 / 2e9, rtol=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: mode_flow(0.1, 0.0, 1.0, [1.0]),
        lambda: mode_flow(np.nan, 1.0, 1.0, [1.0]),
        lambda: mode_flow(0.1, 1.0, 1.0, [-1.0]),
        lambda: mode_time(-0.1, 1.0, 1.0),
        lambda: mode_time(0.1, 1.0, 1.0, fraction=1.0),
        lambda: hyperbolic_entropy(1.0, 0.0),
        lambda: hyperbolic_entropy(np.inf, 1.0),
    ],
)
def test_bad_values_get_a_sentence(call):
    with pytest.raises(OutsideTheory):
        call()


@pytest.mark.parametrize("start, end, delta", [(0.1, 2.0, 0.5), (-0.3, 1.0, -2.0), (1.5, 0.2, 7.0), (0.1, 0.4, 0.0)])
def test_the_dual_variable_is_the_integral_of_the_entropys_curvature(start, end, delta):
    eta_a, eta_w = 0.6, 2.5
    expected, _ = quad(lambda s: 1 / np.sqrt(delta**2 + 4 * eta_a * eta_w * s**2), start, end, epsabs=1e-13)
    assert dual_gain(start, end, delta, eta_a=eta_a, eta_w=eta_w) == pytest.approx(expected, rel=1e-11)


def test_the_dual_variable_is_the_slope_of_the_entropy():
    s = np.linspace(-2, 2, 9)
    slope = (hyperbolic_entropy(s + 1e-5, 0.7) - hyperbolic_entropy(s - 1e-5, 0.7)) / 2e-5
    np.testing.assert_allclose(dual_gain(0.0, s, 0.7), slope, atol=1e-9)


def test_without_delta_a_mode_at_0_has_no_dual_variable():
    with pytest.raises(OutsideTheory, match="infinite"):
        dual_gain([0.1, 0.0], [0.2, 0.3], 0.0)
