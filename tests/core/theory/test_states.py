"""States in units of their own size: exact, whatever the size; and the one δ."""

import numpy as np
import pytest
from mpmath import mpf, workdps

from core.theory.states import activation_signs, exponent, imbalance, imbalance_matrix, in_own_unit, norm, runs


def test_norm_keeps_tiny_and_large_vectors():
    np.testing.assert_allclose(norm(np.array([[3e-200, 4e-200], [3e60, 4e60], [0, 0]])), [5e-200, 5e60, 0], rtol=1e-15)


@pytest.mark.parametrize("size", [1e-150, 1e-3, 1.0, 2.0, 1e150])
def test_units_are_the_power_of_two_next_above(size):
    assert 2.0 ** (int(exponent(np.float64(size))) - 1) <= size < 2.0 ** int(exponent(np.float64(size)))
    unit = in_own_unit(size * np.array([[0.3, -1.0], [0.0, 0.0]]))
    assert 0.5 <= np.abs(unit[0]).max() < 1 and unit[0, 0] / unit[0, 1] == pytest.approx(-0.3) and not unit[1].any()


@pytest.mark.parametrize("scale", [1e-60, 1.0, 1e60])
def test_delta_of_nearly_equal_squares_is_right_to_its_last_digits(scale):
    """Of a = 1 + 1e-15, w = (0.6, 0.8) for any rates, against 60 digits."""
    draw = np.random.default_rng(0)
    for _ in range(50):
        w = draw.normal(size=3) * scale
        eta_a, eta_w = np.exp(draw.uniform(-3, 3, 2))
        a = float(np.sqrt(eta_a / eta_w * (w @ w))) * (1 + 1e-15 * draw.normal())
        with workdps(60):
            exact = mpf(eta_w) * mpf(a) ** 2 - mpf(eta_a) * sum(mpf(float(x)) ** 2 for x in w)
        np.testing.assert_allclose(imbalance(a, w, eta_a=eta_a, eta_w=eta_w), float(exact), rtol=1e-13)


def test_delta_of_a_matrix_has_those_of_the_neurons_on_its_diagonal():
    draw = np.random.default_rng(1)
    A, W = draw.normal(size=(2, 4, 1)), draw.normal(size=(2, 4, 3))
    Delta = imbalance_matrix(A, W, eta_a=0.5, eta_w=2.0)
    np.testing.assert_allclose(np.diagonal(Delta, axis1=1, axis2=2), imbalance(A[..., 0], W, eta_a=0.5, eta_w=2.0))


@pytest.mark.parametrize("by_w, by_x", [(1.0, 1.0), (1e-200, 1e-140), (1e150, 1e150)])
def test_signs_do_not_depend_on_sizes(by_w, by_x):
    draw = np.random.default_rng(2)
    W, X = draw.normal(size=(4, 3)), draw.normal(size=(5, 3))
    np.testing.assert_array_equal(activation_signs(by_w * W, by_x * X), np.sign(X @ W.T))


def test_runs_broadcast_and_split_along_and_across_the_target():
    found = runs(np.ones((2, 1)), np.array([[3.0, 4.0], [0.0, 2.0], [1.0, 0.0]]), [0.0, 5.0], 4.0, np.ones(1))
    assert found.shape == (2, 3) and found.A.shape == (6,) and found.V.shape == (6, 2)
    unit = 2.0**found.unit
    np.testing.assert_allclose((found.along * unit)[:3], [8, 4, 0])
    np.testing.assert_allclose((found.across * unit[:, None])[:3], [[6, 0], [0, 0], [2, 0]])
    np.testing.assert_allclose(found.r * unit**2, 10)
    np.testing.assert_allclose(found.A * found.scale_a, 1)
    np.testing.assert_allclose((found.V * found.scale_w[:, None])[:3], [[3, 4], [0, 2], [1, 0]])


def test_what_is_across_within_rounding_is_nothing():
    turn = np.array([np.cos(2.0), np.sin(2.0)])
    assert not runs(1.0, -0.7 * turn, 3.0 * turn, 1.0, 1.0).across.any()
    assert runs(1.0, [1.0, 1e-18], [1.0, 0.0], 1.0, 1.0).across[0, 1] != 0


def test_no_target_gets_some_direction():
    found = runs(1.0, [1.0, 0.0], [0.0, 0.0], 1.0, 1.0)
    assert found.r == 0 and np.linalg.norm(found.e) == 1
