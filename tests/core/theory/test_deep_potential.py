"""Penalties of deep chains: least where the flow lands, with the first layer as their slope."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutsideTheory
from core.theory.deep_linear import interpolator, offsets
from core.theory.deep_potential import chain_potential, first_layer_norm, penalty


@pytest.mark.parametrize("hidden", [1, 2, 3, 7])
def test_balanced_chains_minimise_the_penalty_of_theorem_b10(hidden):
    rng = np.random.default_rng(hidden)
    X, y, beta_0 = rng.standard_normal((2, 4)), rng.standard_normal(2), 0.3 * rng.standard_normal(4)
    size = np.linalg.norm(beta_0) ** (1 / (hidden + 1))
    end = interpolator(size * beta_0 / np.linalg.norm(beta_0), np.full(hidden, size), X, y)
    power = -hidden / (hidden + 1)
    slope = np.linalg.norm(end) ** power * end - np.linalg.norm(beta_0) ** power * beta_0
    null = np.linalg.svd(X)[2][2:]
    np.testing.assert_allclose(null @ slope, 0, atol=1e-12)
    around = end + 0.2 * rng.standard_normal((50, 2)) @ null
    assert np.all(penalty(around, beta_0, hidden) > penalty(end, beta_0, hidden))


@pytest.mark.parametrize("a_0", [[1.5, 0.7], [0.2, 3.0], [0.1, 0.3]])
def test_unbalanced_chains_minimise_their_potential(a_0):
    X, y, w_0 = np.array([[0.5, 1.0, 0.2]]), np.array([1.1]), np.array([0.8, 0.3, -0.5])
    c, end = offsets(w_0, a_0), interpolator(w_0, a_0, X, y)
    null = np.linalg.svd(X)[2][1:]
    around = end + np.vstack([0.3 * np.random.default_rng(0).standard_normal((60, 2)) @ null, np.zeros(3)])
    values = chain_potential(around, c) - around @ w_0
    assert np.argmin(values) == 60


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-2, 4), max_size=7), st.floats(0.01, 20))
def test_the_potential_has_the_first_layer_as_slope(offset, size):
    step = 1e-4 * size
    low, high = chain_potential(np.array([[size - step], [size + step]]), offset)
    w = first_layer_norm(size, offset)
    assert (high - low) / (2 * step) == pytest.approx(w, rel=1e-4)
    assert first_layer_norm(size * 1.1, offset) > w


def test_balanced_chains_have_the_penalty_of_theorem_b10_up_to_its_linear_part():
    beta, beta_0 = np.array([[0.4, -1.0], [2.0, 0.5]]), np.array([1.0, 0.0])
    expected = penalty(beta, beta_0, 3) + beta @ beta_0
    np.testing.assert_allclose(chain_potential(beta, np.zeros(3)), expected, rtol=1e-10)


@pytest.mark.parametrize(
    "call",
    [
        lambda: penalty([1.0, 2.0], [0.0, 0.0], 2),
        lambda: penalty([1.0, 2.0], [1.0, 0.0], -1),
        lambda: penalty([np.nan, 2.0], [1.0, 0.0], 1),
        lambda: chain_potential([np.inf, 2.0], [1.0]),
    ],
)
def test_bad_values_get_a_sentence(call):
    with pytest.raises(OutsideTheory):
        call()
