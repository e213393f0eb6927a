"""The XOR-like clusters: where they are, what they are called, and that a seed is a seed."""

import numpy as np
import pytest

from core.datasets import xor
from core.errors import OutsideTheory


def test_clusters_lie_on_the_axes_with_opposite_ones_alike():
    X, y = xor.clusters(200, noise=0.1, seed=3)
    assert X.shape == (800, 2) and y.shape == (800,)
    for axis, sign, label in [(0, 1, 1), (0, -1, 1), (1, 1, -1), (1, -1, -1)]:
        mine = (sign * X[:, axis] > 0.5) & (np.abs(X[:, 1 - axis]) < 0.5)
        assert mine.sum() == 200 and np.all(y[mine] == label)


def test_spread_is_the_noise():
    X, _ = xor.clusters(5000, noise=0.2)
    assert X[:5000].std(axis=0) == pytest.approx([0.2, 0.2], rel=0.03)


def test_no_linear_function_explains_the_labels():
    X, y = xor.clusters(2000, noise=0.05)
    beta = np.linalg.lstsq(X, y, rcond=None)[0]
    assert np.mean((X @ beta - y) ** 2) > 0.99


def test_a_seed_fixes_the_draw_and_noise_only_scales_it():
    X, _ = xor.clusters(5, noise=0.1, seed=1)
    again, _ = xor.clusters(5, noise=0.1, seed=1)
    other, _ = xor.clusters(5, noise=0.1, seed=2)
    still, _ = xor.clusters(5, noise=0.0, seed=1)
    twice, _ = xor.clusters(5, noise=0.2, seed=1)
    np.testing.assert_array_equal(X, again)
    assert not np.array_equal(X, other)
    np.testing.assert_allclose(twice - still, 2 * (X - still), atol=1e-15)


@pytest.mark.parametrize(
    "wrong",
    [
        {"per_cluster": 0},
        {"per_cluster": 2.5},
        {"per_cluster": 10**9},
        {"noise": -0.1},
        {"noise": float("nan")},
        {"seed": -1},
        {"seed": "a"},
    ],
)
def test_bad_requests_get_a_sentence(wrong):
    with pytest.raises(OutsideTheory, match="got"):
        xor.clusters(**{"per_cluster": 3, **wrong})
