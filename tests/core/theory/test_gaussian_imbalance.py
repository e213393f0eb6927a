"""How isotropic Gaussian square networks are, against drawn ones."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.theory.gaussian_imbalance import entry_deviation, spectral_edges

SIDES = [(1.0, 1.0), (2.0, 0.5), (0.3, 2.0)]


def drawn(rng, N, p, q):
    A, W = rng.standard_normal((2, N, N)) / np.sqrt(N)
    return p * A @ A.T - q * W @ W.T - (p - q) * np.eye(N)


@pytest.mark.parametrize("p, q", SIDES)
@pytest.mark.parametrize("N", [1, 3, 20])
def test_the_mean_squared_entry_is_that_of_drawn_networks(N, p, q):
    rng = np.random.default_rng(N)
    seen = np.mean([np.mean(drawn(rng, N, p, q) ** 2) for _ in range(40_000 // N**2 + 400)])
    assert np.sqrt(seen) == pytest.approx(entry_deviation(N, p, q), rel=0.06)


@pytest.mark.parametrize("p, q", SIDES)
def test_wide_networks_come_to_the_edges_from_inside(p, q):
    rng = np.random.default_rng(0)
    gaps = []
    for N in (60, 480):
        ends = np.mean([np.linalg.eigvalsh(drawn(rng, N, p, q))[[0, -1]] for _ in range(4)], axis=0) + (p - q)
        gaps.append((ends - spectral_edges(p, q)) * [1, -1] / (p + q))
    assert np.all(np.abs(gaps[1]) < 0.08) and np.sum(gaps[0]) > 2 * np.sum(gaps[1]) > 0


def test_equal_layers_have_edges_in_closed_form():
    z = np.sqrt(np.sqrt(5) - 2)
    np.testing.assert_allclose(
        spectral_edges(1, 1), [-2 * z / (1 - z**2) - 1 / z, 2 * z / (1 - z**2) + 1 / z], rtol=1e-14
    )


def test_one_layer_alone_is_the_law_of_marchenko_and_pastur():
    np.testing.assert_allclose(spectral_edges(1, 1e-9), [0, 4], atol=1e-5)


@pytest.mark.parametrize("arguments", [(0, 1, 1), (2.5, 1, 1), (3, -1, 1), (3, 1, 0)])
def test_what_is_no_network_gets_a_sentence(arguments):
    with pytest.raises(OutsideTheory):
        entry_deviation(*arguments)
