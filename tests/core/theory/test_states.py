"""The one boundary where rates are scaled away and inputs are checked."""

import numpy as np

from core.theory.states import imbalance, norm, runs


def test_norm_keeps_tiny_and_large_vectors():
    np.testing.assert_allclose(norm(np.array([[3e-200, 4e-200], [3e60, 4e60], [0, 0]])), [5e-200, 5e60, 0], rtol=1e-15)


def test_delta_of_two_nearly_equal_squares_keeps_its_digits():
    a, w = 1e3, np.array([1e3 - 1e-9])
    np.testing.assert_allclose(imbalance(a, w), (a - w[0]) * (a + w[0]), rtol=1e-6)


def test_runs_broadcast_and_split_along_and_across_the_target():
    found = runs(np.ones((2, 1)), np.array([[3.0, 4.0], [0.0, 2.0], [1.0, 0.0]]), [0.0, 5.0], 4.0, np.ones(1))
    assert found.shape == (2, 3) and found.A.shape == (6,) and found.V.shape == (6, 2)
    unit = 2.0**found.unit
    np.testing.assert_allclose((found.along * unit)[:3], [8, 4, 0])
    np.testing.assert_allclose((found.across * unit[:, None])[:3], [[6, 0], [0, 0], [2, 0]])
    np.testing.assert_allclose(found.r * unit**2, 10)


def test_no_target_gets_some_direction():
    found = runs(1.0, [1.0, 0.0], [0.0, 0.0], 1.0, 1.0)
    assert found.r == 0 and np.linalg.norm(found.e) == 1
