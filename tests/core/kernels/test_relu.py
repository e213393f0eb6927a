import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutsideTheory
from core.kernels import kernel_distance, relu_kernel_distance, relu_ntk


def network(seed=0, m=6, d=3, n=20):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, d)), rng.standard_normal(m), rng.standard_normal((n, d))


def by_features(W, a, X, eta_a, eta_w, slope):
    """K from the explicit derivatives of f, one feature per parameter."""
    Z = X @ W.T
    gain = np.where(Z >= 0, 1, slope)
    by_a = gain * Z
    by_w = ((gain * a)[:, :, None] * X[:, None, :]).reshape(len(X), -1)
    return eta_a * by_a @ by_a.T + eta_w * by_w @ by_w.T


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0])
def test_closed_form_is_the_sum_over_parameters(slope):
    W, a, X = network()
    K = relu_ntk(W, a, X, eta_a=0.4, eta_w=1.7, slope=slope)
    assert np.allclose(K, by_features(W, a, X, 0.4, 1.7, slope), rtol=1e-13, atol=1e-13)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 30))
def test_blocks_give_the_distance_of_whole_kernels(seed, rows):
    W, a, X = network(seed)
    V, b, _ = network(seed + 1)
    whole = kernel_distance(relu_ntk(W, a, X), relu_ntk(V, b, X))
    assert relu_kernel_distance(W, a, V, b, X, rows=rows) == pytest.approx(whole, rel=1e-11)


@pytest.mark.parametrize("size", [0.0, 1e-13, 1e-9, 1e-6])
def test_tiny_distances_keep_their_digits(size):
    W, a, X = network()
    V = W + size * np.random.default_rng(3).standard_normal(W.shape)
    K, L = (relu_ntk(U, a, X).astype(np.longdouble) for U in (W, V))
    K, L = K / np.sqrt((K**2).sum()), L / np.sqrt((L**2).sum())
    expected = float(((K - L) ** 2).sum() / 2)
    found = relu_kernel_distance(W, a, V, a, X, rows=7)
    assert found == pytest.approx(expected, rel=1e-2 if size < 1e-12 else 1e-5, abs=1e-31)
    assert found >= 0


def test_scaling_a_kernel_does_not_move_it():
    K = relu_ntk(*network())
    assert kernel_distance(K, 5 * K) < 1e-30


@pytest.mark.parametrize(
    "pair", [(np.zeros((2, 2)), np.eye(2)), (np.eye(2), np.eye(3)), (np.eye(2), np.full((2, 2), np.nan))]
)
def test_kernels_without_direction_are_refused(pair):
    with pytest.raises(OutsideTheory):
        kernel_distance(*pair)


@pytest.mark.parametrize("spoil", [lambda W: W[:, :0], lambda W: W * np.nan, lambda W: W[0], lambda W: W[:-1]])
def test_networks_that_do_not_fit_are_refused(spoil):
    W, a, X = network()
    with pytest.raises(OutsideTheory):
        relu_ntk(spoil(W), a, X)


def test_zero_network_has_no_kernel_distance():
    W, a, X = network()
    with pytest.raises(OutsideTheory):
        relu_kernel_distance(0 * W, 0 * a, W, a, X)
